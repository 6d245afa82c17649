/** templates, new, adopt, deploy: applications on disk and their way to a platform. */
import { basename, relative } from 'node:path';
import { adopt, servicesToAdopt } from '../../core/app/adopt.ts';
import { findApplicationAbove } from '../../core/app/find.ts';
import { type Application, directEnvironment, loadApplication } from '../../core/app/model.ts';
import { type DeployProgress, deploy } from '../../core/deploy/deploy.ts';
import type { Verdict } from '../../core/deploy/verdict.ts';
import { Fault } from '../../core/faults.ts';
import type { CliKey } from '../../core/messages/cli.ts';
import { render } from '../../core/messages/core.ts';
import { scaffold, templates, validateName } from '../../core/scaffold.ts';
import type { Command } from '../command.ts';
import type { Invocation } from '../invocation.ts';
import { askChoice, askText } from '../prompts.ts';
import { bytes, duration, table } from '../text.ts';

export const templatesCommand: Command = {
  name: 'templates',
  summary: 'templates.summary',
  target: 'none',
  args: {},
  async run(invocation) {
    const { locale } = invocation;
    const all = templates().map(({ id, title, description }) => ({
      id,
      title: title[locale],
      description: description[locale],
    }));
    const keys = ['column.template', 'column.title', 'column.description'] as const;
    invocation.answer(
      all,
      table(
        keys.map((key) => invocation.say(key)),
        all.map(({ id, title, description }) => [id, title, description]),
      ),
    );
    return 0;
  },
};

export const newCommand: Command = {
  name: 'new',
  summary: 'new.summary',
  target: 'none',
  args: {
    template: { type: 'positional', description: 'new.template' },
    dir: { type: 'positional', description: 'new.dir' },
    name: { type: 'string', description: 'new.name' },
  },
  async run(invocation) {
    const { locale } = invocation;
    const template =
      invocation.optional('template') ??
      (await askChoice(
        invocation,
        invocation.say('new.pickTemplate'),
        templates().map(({ id, title, description }) => ({
          value: id,
          label: title[locale],
          hint: description[locale],
        })),
      )) ??
      invocation.text('template');
    const asked =
      invocation.optional('dir') ??
      (await askText(invocation, invocation.say('new.pickName'), {
        validate: (value) => (validateName(value) ? render(locale, 'fix.NameInvalid') : undefined),
      })) ??
      invocation.text('dir');
    const dir = invocation.path('dir', asked);
    const name = invocation.optional('name') ?? basename(dir);
    const made = await scaffold({ template, dir, name });
    invocation.note(invocation.say('new.next', { dir: relative(invocation.io.cwd, dir) || '.' }));
    invocation.answer({ name, template, ...made }, invocation.say('new.done', { name, dir, count: made.files.length }));
    return 0;
  },
};

export const adoptCommand: Command = {
  name: 'adopt',
  summary: 'adopt.summary',
  target: 'none',
  args: {
    dir: { type: 'positional', description: 'run.dir' },
    service: { type: 'string', description: 'adopt.service' },
  },
  async run(invocation) {
    const dir = invocation.path('dir');
    const service = invocation.optional('service') ?? (await askService(invocation, dir));
    const { name, files, starts, left, brokers } = await adopt(dir, service === undefined ? undefined : { service });
    const text =
      files.length > 0
        ? invocation.say('adopt.done', { files: files.join(', ') })
        : invocation.say('adopt.already', { dir });
    if (!starts) invocation.note(invocation.say('adopt.noStart', { name }));
    if (left?.length) invocation.note(invocation.say('adopt.left', { fields: left.join(', ') }));
    if (brokers) invocation.note(invocation.say('adopt.brokers', { brokers: brokers.join(', ') }));
    invocation.answer({ name, dir, files, starts, left, brokers }, text);
    return 0;
  },
};

async function askService(invocation: Invocation, dir: string): Promise<string | undefined> {
  const found = await servicesToAdopt(dir);
  if (found.length < 2) return undefined;
  const choices = found.map(({ name, file }) => ({ value: name, label: name, hint: file }));
  return askChoice(invocation, invocation.say('adopt.pick'), choices);
}

/** In `dir`, or in the nearest directory above it. @throws Fault NoApplication and those of the manifests */
export async function applicationAt(invocation: Invocation): Promise<Application> {
  const asked = invocation.optional('dir');
  const dir = invocation.path('dir');
  const found = asked === undefined ? await findApplicationAbove(dir) : dir;
  if (found === undefined) throw new Fault('NoApplication', { dir });
  return loadApplication(found);
}

export const deployCommand: Command = {
  name: 'deploy',
  summary: 'deploy.summary',
  target: 'namespaced',
  args: {
    dir: { type: 'positional', description: 'run.dir' },
    env: { type: 'string', alias: 'e', description: 'deploy.env' },
    tag: { type: 'string', description: 'deploy.tag' },
    traffic: { type: 'boolean', default: true, description: 'deploy.traffic', negativeDescription: 'deploy.noTraffic' },
    'dry-run': { type: 'boolean', description: 'deploy.dryRun' },
    'reset-traffic': { type: 'boolean', description: 'deploy.resetTraffic' },
    timeout: { type: 'string', description: 'deploy.timeout' },
    yes: { type: 'boolean', alias: 'y', description: 'arg.yes' },
  },
  async run(invocation) {
    const app = await applicationAt(invocation);
    const environment = directEnvironment(app, invocation.optional('env'));
    const limit = invocation.optional('timeout');
    const timeoutMs = limit === undefined ? undefined : duration(limit);
    if (limit !== undefined && timeoutMs === undefined)
      throw invocation.usage(`"${limit}" is no duration: give 90s, 5m`);
    const client = await invocation.client(environment);
    if (environment?.protected && !invocation.flag('yes') && !invocation.flag('dry-run')) {
      const typed = await askText(
        invocation,
        invocation.say('deploy.protected', { environment: environment.name, name: app.name }),
      );
      if (typed !== app.name) throw new Fault('Cancelled');
    }
    const verdict = await deploy(
      {
        client,
        app,
        environment: environment?.name,
        namespace: invocation.optional('namespace'),
        tag: invocation.optional('tag'),
        noTraffic: !invocation.flag('traffic'),
        dryRun: invocation.flag('dry-run'),
        resetTraffic: invocation.flag('reset-traffic'),
        timeoutMs,
      },
      (progress) => showProgress(invocation, progress),
      invocation.io.signal,
    );
    showVerdict(invocation, verdict);
    return verdict.outcome === 'failed' ? 1 : 0;
  },
};

function showProgress(invocation: Invocation, progress: DeployProgress): void {
  switch (progress.type) {
    case 'phase':
      if (progress.state === 'ended') {
        const name = invocation.say(`deploy.phase.${progress.phase}`);
        const detail = progress.detail ? `  ${progress.detail}` : '';
        invocation.note(`✓ ${name.padEnd(10)}${String(progress.ms).padStart(6)} ms${detail}`);
      }
      break;
    case 'output':
      invocation.note(`  ${progress.text}`);
      break;
    case 'waiting': {
      // `Deploying` alone says nothing that the next line does not.
      if (progress.message === '') break;
      const reason = `${progress.reason}: ${progress.message}`;
      invocation.note(`  ${invocation.say('deploy.waiting', { reason })}`);
      break;
    }
    case 'note':
      invocation.note(`  ${invocation.say(`deploy.note.${progress.code}` satisfies CliKey, progress.args)}`);
      break;
  }
}

function showVerdict(invocation: Invocation, verdict: Verdict): void {
  const { service } = verdict;
  switch (verdict.outcome) {
    case 'serving': {
      const { revision, percent, url, tagUrl } = verdict;
      const key = verdict.unchanged ? 'deploy.unchanged' : 'deploy.serving';
      const tag = tagUrl ? `\n${invocation.say('deploy.tagged', { url: tagUrl })}` : '';
      invocation.answer(verdict, invocation.say(key, { revision, percent, url }) + tag);
      return;
    }
    case 'ready': {
      const { revision, tagUrl } = verdict;
      const tag = tagUrl ? `\n${invocation.say('deploy.tagged', { url: tagUrl })}` : '';
      invocation.answer(verdict, invocation.say('deploy.ready', { revision, service }) + tag);
      return;
    }
    case 'planned': {
      const { files } = verdict;
      const sizes = { bytes: bytes(verdict.bytes), upload: bytes(verdict.uploadBytes) };
      const objects = verdict.objects.map(({ action, kind, name }) => `${action.padEnd(7)} ${kind} ${name}`);
      invocation.answer(verdict, [...objects, invocation.say('deploy.planned', { files, ...sizes })].join('\n'));
      return;
    }
    case 'failed':
      showFailure(invocation, verdict);
  }
}

function showFailure(invocation: Invocation, verdict: Extract<Verdict, { outcome: 'failed' }>): void {
  const { cause, evidence, serving, url } = verdict;
  const { place } = evidence;
  const problem = render(invocation.locale, `problem.${cause.code}`, cause.args);
  const fix = render(invocation.locale, `fix.${cause.code}`, cause.args);
  invocation.note(`✗ ${invocation.say('deploy.failed', { problem })}`);
  if (cause.code === 'BuildFailed') {
    for (const { place: at, severity, message } of evidence.problems ?? [])
      invocation.note(`  ${at.file}:${at.line}:${at.column}: ${severity}: ${message}`);
  } else if (place) invocation.note(`  ${place.file}:${place.line}:${place.column}`);
  invocation.note(`  ${invocation.say('error.fix')} ${fix}`);
  if (verdict.remedy.type === 'command') invocation.note(`  $ ${verdict.remedy.line}`);
  if (evidence.logs.length > 0) {
    invocation.note(`  ${invocation.say('deploy.output')}`);
    for (const line of evidence.logs) invocation.note(`    ${line}`);
  }
  if (serving && url) invocation.note(`  ${invocation.say('deploy.stillServing', { revision: serving, url })}`);
  if (invocation.json) invocation.answer({ ...verdict, problem, fix }, '');
}
