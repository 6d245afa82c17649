/** ls, show, revisions, diff, traffic, rollback, logs: what is on a platform. */

import { followLogs } from '../../core/logs.ts';
import { requireRevision, requireService } from '../../core/lookup.ts';
import type { CliKey } from '../../core/messages/cli.ts';
import { diffRevisions, listRevisions, type RevisionModel } from '../../core/revisions.ts';
import { listServices, showService } from '../../core/services.ts';
import { applyTraffic, readTraffic, rollback, type TrafficModel } from '../../core/traffic/traffic.ts';
import type { Command } from '../command.ts';
import type { Invocation } from '../invocation.ts';
import { listing, titledTable } from '../listing.ts';
import { duration, since } from '../text.ts';

const serviceArg = { service: { type: 'positional', description: 'column.service' } } as const;

export const ls = listing({
  name: 'ls',
  summary: 'ls.summary',
  target: 'namespaced',
  // All of them unless one is named: `run` has its own namespace, and both should be seen.
  read: (invocation) => (client) => listServices(client, invocation.optional('namespace')),
  columns: ['column.namespace', 'column.name', 'column.ready', 'column.revision', 'column.url', 'column.reason'],
  row: (service) => [
    service.namespace,
    service.name,
    service.ready,
    service.latestReady ?? '',
    service.url ?? '',
    service.ready === 'True' ? '' : service.reason,
  ],
  none: 'ls.none',
});

export const show: Command = {
  name: 'show',
  summary: 'show.summary',
  target: 'namespaced',
  args: serviceArg,
  async run(invocation) {
    const name = invocation.text('service');
    const client = await invocation.client();
    const details = await showService(client, invocation.namespace, name);
    const { service, revisions, instances, domains, pings, conditions } = details;
    const parts = [
      `${service.name}  ${service.ready}  ${service.url ?? ''}`,
      ...conditions
        .filter(({ status }) => status !== 'True')
        .map(({ type, reason, message }) => `  ${type}: ${[reason, message].filter(Boolean).join(': ')}`),
      '',
      titledTable(invocation, revisionTable.columns, revisions.map(revisionTable.row)),
    ];
    if (instances.length > 0) {
      parts.push(
        '',
        titledTable(
          invocation,
          ['column.instances', 'column.revision', 'column.state', 'column.age'],
          instances.map((each) => [each.name, each.revision, each.state, since(each.created)]),
        ),
      );
    }
    for (const domain of domains) parts.push('', `${domain.host}  ${domain.ready}  ${domain.url ?? ''}`);
    for (const ping of pings) parts.push('', `${ping.name}  ${ping.schedule} ${ping.timezone}`.trimEnd());
    invocation.answer(details, parts.join('\n'));
    return 0;
  },
};

const revisionTable = {
  columns: [
    'column.revision',
    'column.ready',
    'column.traffic',
    'column.tags',
    'column.instances',
    'column.age',
    'column.reason',
  ],
  row: (revision: RevisionModel) => [
    revision.name,
    revision.ready,
    revision.percent > 0 ? `${revision.percent} %` : '',
    revision.tags.join(','),
    String(revision.actualReplicas),
    since(revision.created),
    revision.ready === 'True' ? '' : revision.reason,
  ],
} as const;

export const revisions = listing({
  name: 'revisions',
  summary: 'revisions.summary',
  target: 'namespaced',
  args: serviceArg,
  read: (invocation) => {
    const service = invocation.text('service');
    return (client) => listRevisions(client, invocation.namespace, service);
  },
  ...revisionTable,
});

export const diff: Command = {
  name: 'diff',
  summary: 'diff.summary',
  target: 'namespaced',
  args: {
    ...serviceArg,
    before: { type: 'positional', description: 'column.revision' },
    after: { type: 'positional', description: 'column.revision' },
  },
  async run(invocation) {
    const service = invocation.text('service');
    const names = [invocation.text('before'), invocation.text('after')] as const;
    const client = await invocation.client();
    await requireService(client, invocation.namespace, service);
    const [before, after] = await Promise.all([
      requireRevision(client, invocation.namespace, service, names[0]),
      requireRevision(client, invocation.namespace, service, names[1]),
    ]);
    const changes = diffRevisions(before, after);
    const lines = changes.flatMap((change) => [
      change.path,
      ...(change.before === undefined ? [] : [`  - ${change.before}`]),
      ...(change.after === undefined ? [] : [`  + ${change.after}`]),
    ]);
    invocation.answer(changes, lines.length > 0 ? lines.join('\n') : invocation.say('diff.none'));
    return 0;
  },
};

export const traffic: Command = {
  name: 'traffic',
  summary: 'traffic.summary',
  target: 'namespaced',
  rest: 'REVISION=PERCENT…',
  args: { ...serviceArg, tag: { type: 'string', repeated: true, description: 'traffic.tag' } },
  async run(invocation) {
    const name = invocation.text('service');
    const percent: Record<string, number> = {};
    for (const word of invocation.rest) {
      const [, revision, share] = /^(.+)=(\d+)%?$/.exec(word) ?? [];
      if (!revision || share === undefined) throw invocation.usage(`"${word}" is not REVISION=PERCENT`);
      percent[revision] = Number(share);
    }
    const tags: Record<string, string | null> = {};
    for (const word of invocation.texts('tag')) {
      const [, revision = '', tag] = /^(.*)=(.+)$/.exec(word) ?? [];
      if (!tag) throw invocation.usage(`--tag "${word}" is not REVISION=TAG`);
      tags[tag] = revision === '' ? null : revision;
    }
    const client = await invocation.client();
    const wishes = invocation.rest.length > 0 || Object.keys(tags).length > 0;
    const model = wishes
      ? await applyTraffic(
          client,
          invocation.namespace,
          name,
          { ...(invocation.rest.length > 0 ? { percent } : {}), tags },
          { signal: invocation.io.signal },
        )
      : await readTraffic(client, invocation.namespace, name);
    return answerTraffic(invocation, model);
  },
};

export const rollbackCommand: Command = {
  name: 'rollback',
  summary: 'rollback.summary',
  target: 'namespaced',
  args: serviceArg,
  async run(invocation) {
    const name = invocation.text('service');
    const client = await invocation.client();
    return answerTraffic(
      invocation,
      await rollback(client, invocation.namespace, name, { signal: invocation.io.signal }),
    );
  },
};

function answerTraffic(invocation: Invocation, model: TrafficModel): number {
  const columns: CliKey[] = [
    'column.revision',
    'column.traffic',
    'column.actual',
    'column.tags',
    'column.ready',
    'column.age',
  ];
  const rows = model.rows.map((row) => [
    row.revision,
    `${row.percent} %${row.followsLatest ? ' @latest' : ''}`,
    `${row.actual} %`,
    row.tags.map(({ tag }) => tag).join(','),
    row.ready,
    since(row.created),
  ]);
  invocation.answer(model, titledTable(invocation, columns, rows));
  if (!model.settled) invocation.note(invocation.say('traffic.unsettled', { service: model.service }));
  return 0;
}

export const logs: Command = {
  name: 'logs',
  summary: 'logs.summary',
  target: 'namespaced',
  args: {
    ...serviceArg,
    follow: { type: 'boolean', alias: 'f', description: 'logs.follow' },
    revision: { type: 'string', description: 'logs.revision' },
    since: { type: 'string', description: 'logs.since' },
    tail: { type: 'string', description: 'logs.tail' },
  },
  async run(invocation) {
    const service = invocation.text('service');
    const ago = invocation.optional('since');
    const sinceMs = ago === undefined ? undefined : duration(ago);
    if (ago !== undefined && sinceMs === undefined)
      throw invocation.usage(`--since "${ago}" is no duration: give 5m, 90s`);
    const tail = invocation.optional('tail');
    if (tail !== undefined && !/^\d+$/.test(tail)) throw invocation.usage(`--tail "${tail}" is no number of lines`);
    const client = await invocation.client();
    await requireService(client, invocation.namespace, service);
    const wish = {
      namespace: invocation.namespace,
      service,
      revision: invocation.optional('revision'),
      follow: invocation.flag('follow'),
      since: sinceMs === undefined ? undefined : Date.now() - sinceMs,
      tail: tail === undefined ? undefined : Number(tail),
    };
    for await (const line of followLogs(client, wish, invocation.io.signal)) {
      const source = line.pod === '' ? '' : `${line.pod.replace(/-deployment-/, ' ')} `;
      const text = line.mark === undefined ? line.text : `— ${line.mark}`;
      invocation.item(line, `${new Date(line.time).toISOString().slice(11, 23)} ${source}${text}`);
    }
    return 0;
  },
};
