/** up, down, status, reset, clock advance, doctor: the platform itself. */
import { machineIo } from '../../../emulator/kind/io.ts';
import { kindDown, kindUp } from '../../../emulator/kind/up.ts';
import type { PlatformRecord } from '../../../emulator/platform/record.ts';
import { dataDirectory } from '../../../emulator/platform/record.ts';
import { requireCapability } from '../../core/capability.ts';
import { doctor } from '../../core/doctor.ts';
import { Fault } from '../../core/faults.ts';
import { findPlatform, listPlatforms, startPlatform, stopPlatform } from '../../core/platforms.ts';
import { listServices } from '../../core/services.ts';
import type { Command } from '../command.ts';
import type { Invocation } from '../invocation.ts';
import { confirm } from '../prompts.ts';
import { age, bytes, duration, table } from '../text.ts';

const placeArgs = {
  name: { type: 'string', description: 'arg.name' },
  data: { type: 'string', description: 'arg.data' },
} as const;

function placeOf(invocation: Invocation): {
  name: string | undefined;
  data: string | undefined;
  env: NodeJS.ProcessEnv;
} {
  const data = invocation.optional('data') === undefined ? undefined : invocation.path('data');
  return { name: invocation.optional('name'), data, env: invocation.io.env };
}

/** What `up` prints (design: the command line). */
function shown(record: PlatformRecord): Record<string, unknown> {
  const { name, engine, kubeconfig, context, api, ingress, pid, data, startedInMs } = record;
  return { name, engine, kubeconfig, context, api, ingress, pid, data, startedInMs };
}

function shownText(record: Record<string, unknown>): string {
  const lines = Object.entries(record).map(([key, value]) => {
    const { host, port } = (value ?? {}) as { host?: string; port?: number };
    return [key, host && port ? `http://${host}:${port}` : String(value)];
  });
  const width = Math.max(...lines.map(([key = '']) => key.length));
  return lines.map(([key = '', value = '']) => `${key.padEnd(width)}  ${value}`).join('\n');
}

export const up: Command = {
  name: 'up',
  summary: 'up.summary',
  target: 'none',
  args: {
    engine: { type: 'string', description: 'up.engine' },
    ...placeArgs,
    port: { type: 'string', description: 'up.port' },
    detach: { type: 'boolean', alias: 'd', description: 'up.detach' },
  },
  async run(invocation) {
    const { io } = invocation;
    const place = placeOf(invocation);
    const asked = invocation.optional('port');
    const port = asked === undefined ? undefined : Number(asked);
    if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65_535)) {
      throw new Fault('BadPort', { port: asked ?? '' });
    }
    const engine = invocation.optional('engine') ?? 'embedded';
    if (engine === 'kind') return upKind(invocation, port);
    if (engine !== 'embedded') throw invocation.usage(`--engine is embedded or kind, not "${engine}"`);
    const detach = invocation.flag('detach');
    const started = await startPlatform(
      { ...place, port, lifetime: detach ? 'detached' : 'attached', signal: io.signal },
      (step) => {
        if (step === 'spawning') invocation.note(invocation.say('up.spawning'));
        if (step === 'replacing') invocation.note(invocation.say('up.replacing'));
      },
    );
    if (started.recovered) invocation.note(invocation.say('up.recovered'));
    const { record } = started;
    const document = shown(record);
    if (started.joined) invocation.note(invocation.say('up.joined'));
    else invocation.note(invocation.say('up.ready', { name: record.name, ms: record.startedInMs }));
    invocation.answer(document, shownText(document));
    if (started.joined || detach) return 0;
    invocation.note(invocation.say('up.foreground'));
    const interrupted = new Promise<'interrupted'>((resolve) => {
      if (io.signal.aborted) resolve('interrupted');
      io.signal.addEventListener('abort', () => resolve('interrupted'));
    });
    const ended = await Promise.race([started.ended, interrupted]);
    if (ended === 'interrupted') {
      await started.stop();
      invocation.note(invocation.say('up.stopped'));
      return 0;
    }
    return ended ?? 1;
  },
};

async function upKind(invocation: Invocation, port: number | undefined): Promise<number> {
  const { io } = invocation;
  const place = placeOf(invocation);
  const name = place.name ?? 'default';
  try {
    const platform = await kindUp(
      {
        name,
        data: dataDirectory(place, io.env),
        port,
        signal: io.signal,
        onStep: (step, state) => invocation.note(`${state === 'done' ? '✓' : state === 'undo' ? '↩' : '…'} ${step}`),
      },
      machineIo(io.env),
    );
    invocation.answer(platform, shownText({ ...platform }));
    return 0;
  } catch (error) {
    const { findings } = error as { findings?: { level: string; text: string; fix?: string }[] };
    for (const finding of findings ?? []) {
      invocation.note(
        `${finding.level === 'error' ? '✗' : '·'} ${finding.text}${finding.fix ? ` — ${finding.fix}` : ''}`,
      );
    }
    const { code, message } = error as { code?: string; message: string };
    if (code?.startsWith('Kind'))
      throw new Fault('PlatformStartFailed', { detail: message, output: dataDirectory(place, io.env) });
    throw error;
  }
}

export const down: Command = {
  name: 'down',
  summary: 'down.summary',
  target: 'none',
  args: { engine: { type: 'string', description: 'up.engine' }, ...placeArgs },
  async run(invocation) {
    const place = placeOf(invocation);
    const name = place.name ?? 'default';
    const stopped =
      invocation.optional('engine') === 'kind'
        ? await kindDown({ name, data: dataDirectory(place, invocation.io.env) }, machineIo(invocation.io.env))
        : await stopPlatform(place);
    invocation.answer({ name, stopped }, invocation.say(stopped ? 'down.stopped' : 'down.none', { name }));
    return 0;
  },
};

export const status: Command = {
  name: 'status',
  summary: 'status.summary',
  target: 'platform',
  args: { all: { type: 'boolean', alias: 'a', description: 'status.all' } },
  async run(invocation) {
    if (invocation.flag('all')) return allPlatforms(invocation);
    const target = invocation.target();
    if (target.type === 'platform' && !findPlatform({ data: target.data })) {
      const fault = await stoppedFault(invocation);
      invocation.answer(
        { name: target.name, running: false, data: target.data, reason: fault.code },
        `${target.name}: ${invocation.say('status.stopped')} (${target.data})`,
      );
      return 1;
    }
    const client = await invocation.client();
    const [platform, services] = await Promise.all([client.platform(), listServices(client)]);
    const ready = services.filter((service) => service.ready === 'True').length;
    const counts = { total: services.length, ready };
    if (!platform) {
      invocation.answer(
        { server: client.server, running: true, services: counts },
        `${client.server}: ${ready}/${counts.total}`,
      );
      return 0;
    }
    const record = target.type === 'platform' ? findPlatform({ data: target.data }) : undefined;
    const document = { ...platform, ...(record ? shown(record) : {}), running: true, services: counts };
    const { host, port } = platform.ingress;
    invocation.answer(
      document,
      shownText({
        name: platform.name,
        state: `${invocation.say('status.running')} (${age(Date.now() - platform.startedAt)})`,
        api: platform.api,
        ingress: `http://${host}:${port}`,
        services: `${ready}/${counts.total} ready`,
        memory: bytes(platform.memoryBytes),
        pid: platform.pid,
        data: platform.data,
        ...(record ? { kubeconfig: record.kubeconfig } : {}),
      }),
    );
    return 0;
  },
};

/** Connecting is what finds out whether it never ran or has died. */
async function stoppedFault(invocation: Invocation): Promise<Fault> {
  try {
    await invocation.client();
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  return new Fault('PlatformNotRunning', { name: invocation.optional('name') ?? 'default' });
}

function allPlatforms(invocation: Invocation): number {
  const platforms = listPlatforms(invocation.io.env);
  const rows = platforms.map(({ name, data, record }) => [
    name,
    invocation.say(record ? 'status.running' : 'status.stopped'),
    record ? `http://${record.ingress.host}:${record.ingress.port}` : '',
    data,
  ]);
  const head = (['column.name', 'column.state', 'column.ingress', 'column.data'] as const).map((key) =>
    invocation.say(key),
  );
  const document = platforms.map(({ name, data, record }) => ({
    name,
    data,
    running: record !== undefined,
    ...record,
  }));
  invocation.answer(document, rows.length > 0 ? table(head, rows) : invocation.say('none'));
  return 0;
}

export const reset: Command = {
  name: 'reset',
  summary: 'reset.summary',
  target: 'platform',
  args: { yes: { type: 'boolean', alias: 'y', description: 'arg.yes' } },
  async run(invocation) {
    const client = await invocation.client();
    await requireCapability(client, 'reset');
    const name = (await client.platform())?.name ?? '';
    if (!invocation.flag('yes') && !(await confirm(invocation, invocation.say('reset.ask', { name })))) {
      throw new Fault('Cancelled');
    }
    const { removed } = await client.capability<{ removed: number }>('POST', '/reset', {}, { timeoutMs: 60_000 });
    invocation.answer({ removed }, invocation.say('reset.done', { count: removed }));
    return 0;
  },
};

export const clockAdvance: Command = {
  name: 'clock advance',
  summary: 'clock.advance',
  target: 'platform',
  args: { duration: { type: 'positional', description: 'clock.advance' } },
  async run(invocation) {
    const text = invocation.text('duration');
    const ms = duration(text);
    if (ms === undefined) throw invocation.usage(`"${text}" is no duration: give 5m, 90s, 1h30m`);
    const client = await invocation.client();
    await requireCapability(client, 'clock');
    const answer = await client.capability<{ now: number; offsetMs: number }>('POST', '/clock/advance', { ms });
    const time = new Date(answer.now).toISOString();
    invocation.answer(answer, invocation.say('clock.now', { time, offset: age(answer.offsetMs) }));
    return 0;
  },
};

const marks = { ok: '✓', warning: '·', error: '✗' } as const;

export const doctorCommand: Command = {
  name: 'doctor',
  summary: 'doctor.summary',
  target: 'none',
  args: placeArgs,
  async run(invocation) {
    const findings = await doctor({ ...placeOf(invocation), locale: invocation.locale });
    const lines = findings.map(({ level, text, fix }) => `${marks[level]} ${text}${fix ? `\n    ${fix}` : ''}`);
    invocation.answer(findings, lines.join('\n'));
    return findings.some(({ level }) => level === 'error') ? 1 : 0;
  },
};
