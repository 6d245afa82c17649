/** run: development mode in a terminal. */

import { relative } from 'node:path';
import { writtenByBuild } from '../../core/app/made-folders.ts';
import { readingNotes } from '../../core/app/reading-notes.ts';
import { isAway } from '../../core/faults.ts';
import { render } from '../../core/messages/core.ts';
import { type RunCrash, type RunEvent, type RunSession, startRun } from '../../core/run/run.ts';
import type { Command } from '../command.ts';
import type { Invocation } from '../invocation.ts';
import { watchSaves } from '../saves.ts';
import { applicationAt } from './application.ts';

export const run: Command = {
  name: 'run',
  summary: 'run.summary',
  target: 'namespaced',
  args: {
    dir: { type: 'positional', description: 'run.dir' },
    debug: { type: 'boolean', description: 'run.debug' },
  },
  async run(invocation) {
    const app = await applicationAt(invocation);
    const client = await invocation.client();
    const { signal } = invocation.io;
    invocation.note(invocation.say('run.starting', { name: app.name, dir: app.dir }));
    for (const { code, args } of readingNotes(app)) invocation.note(`  ${invocation.say(`deploy.note.${code}`, args)}`);
    const early: RunEvent[] = [];
    const debug = invocation.flag('debug') ? { kind: app.run.debug ?? 'node', tool: undefined } : undefined;
    const options = { client, app, debug, namespace: invocation.optional('namespace'), signal };
    let isShown = false;
    const session = await startRun(options, (event) => {
      if (isShown) return;
      if (event.type === 'build') showBuild(invocation, event);
      else early.push(event);
    });
    const show = (event: RunEvent): void => showEvent(invocation, event, session);
    early.forEach(show);
    isShown = true;
    session.on(show);
    await using saves = await watchSaves(app.dir, writtenByBuild(app), (file) => {
      const name = relative(app.dir, file);
      if (!invocation.json) invocation.note(`· ${invocation.say('run.restarting', { file: name })}`);
      session.restart(name).catch((error: unknown) => invocation.note(String(error)));
    });
    await Promise.race([
      session.ended,
      new Promise<void>((resolve) => {
        if (signal.aborted) resolve();
        signal.addEventListener('abort', () => resolve());
      }),
    ]);
    await saves[Symbol.asyncDispose]();
    await session.stop().catch((error: unknown) => {
      if (isAway(error)) {
        const { service: name, namespace } = session;
        invocation.note(`✗ ${invocation.say('run.left', { name, namespace })}`);
      }
      throw error;
    });
    invocation.note(invocation.say('run.stopped'));
    return 0;
  },
};

function showBuild(invocation: Invocation, event: RunEvent & { type: 'build' }): void {
  if (invocation.json) invocation.item(event, '');
  else invocation.note(`  ${event.text}`);
}

function showEvent(invocation: Invocation, event: RunEvent, { service: name, url }: RunSession): void {
  if (invocation.json) {
    invocation.item(event.type === 'state' ? { ...event, url } : event, '');
    return;
  }
  switch (event.type) {
    case 'log':
      invocation.item(event.line, event.line.text);
      break;
    case 'build':
      showBuild(invocation, event);
      break;
    case 'platform':
      invocation.note(`· ${invocation.say(event.there ? 'run.back' : 'run.away', { name })}`);
      break;
    case 'debug':
      invocation.note(`· ${invocation.say('run.debugger', { host: event.host, port: event.port })}`);
      break;
    case 'state':
      if (event.state === 'ready') {
        invocation.note(`✓ ${invocation.say('run.ready', { ms: event.ms, url: url ?? '' })}`);
      } else if (event.state === 'crashed') {
        showCrash(invocation, event.crash);
        invocation.note(`  ${invocation.say('run.waiting')}`);
      }
  }
}

function showCrash({ locale, note, say }: Invocation, crash: RunCrash | undefined): void {
  if (!crash) {
    note(`✗ ${say('run.crashed', { problem: '' })}`);
    return;
  }
  const { cause, place, remedy } = crash;
  note(`✗ ${say('run.crashed', { problem: render(locale, `problem.${cause.code}`, cause.args) })}`);
  if (place) note(`  ${place.file}:${place.line}:${place.column}`);
  // Its output has just been printed: only what is to be done is added.
  if (cause.code !== 'AppExited') note(`  ${say('error.fix')} ${render(locale, `fix.${cause.code}`, cause.args)}`);
  if (remedy.type === 'command' && remedy.command !== 'showLogs') note(`  $ ${remedy.line}`);
}
