/** ping, domain, image: what belongs to services. */

import { guessStart } from '../../core/app/how-to-run.ts';
import { readText } from '../../core/app/model.ts';
import { commandWords } from '../../core/app/words.ts';
import { takeSnapshot } from '../../core/deploy/snapshot.ts';
import { addDomain, listDomains, removeDomain } from '../../core/domains.ts';
import { draftFaults } from '../../core/event-draft.ts';
import { findReceiver, sendEvent } from '../../core/events.ts';
import { Fault } from '../../core/faults.ts';
import { listImages, putImage, removeImage } from '../../core/images.ts';
import { deliveries, fireNow, listPings, nextFires } from '../../core/ping.ts';
import type { Command } from '../command.ts';
import { listing } from '../listing.ts';
import { bytes, since } from '../text.ts';

const sourceArg = { source: { type: 'positional', description: 'column.name' } } as const;
const hostArg = { host: { type: 'positional', description: 'column.host' } } as const;

export const pingLs = listing({
  name: 'ping ls',
  summary: 'ping.ls',
  target: 'namespaced',
  read: (invocation) => (client) => listPings(client, invocation.optional('namespace')),
  columns: ['column.namespace', 'column.name', 'column.schedule', 'column.time', 'column.sink', 'column.ready'],
  row: (ping) => [ping.namespace, ping.name, ping.schedule, ping.timezone, ping.sink, ping.ready],
  none: 'none',
});

export const pingNext: Command = {
  name: 'ping next',
  summary: 'ping.next',
  target: 'namespaced',
  args: sourceArg,
  async run(invocation) {
    const source = invocation.text('source');
    const client = await invocation.client();
    const schedule = await nextFires(client, invocation.namespace, source);
    invocation.answer(schedule, schedule.next.map((time) => new Date(time).toISOString()).join('\n'));
    return 0;
  },
};

export const pingFire: Command = {
  name: 'ping fire',
  summary: 'ping.fire',
  target: 'namespaced',
  args: sourceArg,
  async run(invocation) {
    const source = invocation.text('source');
    const client = await invocation.client();
    const delivery = await fireNow(client, invocation.namespace, source);
    const { sink, status, ms, attempts } = delivery;
    const text = invocation.say('ping.fired', {
      source,
      sink,
      status: status || (delivery.error ?? '—'),
      ms,
      attempts,
    });
    invocation.answer(delivery, text);
    return status >= 200 && status < 300 ? 0 : 1;
  },
};

export const eventSend: Command = {
  name: 'event send',
  summary: 'event.send',
  target: 'namespaced',
  args: {
    to: { type: 'positional', description: 'event.to' },
    type: { type: 'string', description: 'event.type' },
    source: { type: 'string', description: 'event.source' },
    subject: { type: 'string', description: 'event.subject' },
    id: { type: 'string', description: 'event.id' },
    // --data names a platform's directory.
    body: { type: 'string', description: 'event.data' },
    'content-type': { type: 'string', description: 'event.contentType' },
  },
  async run(invocation) {
    const to = invocation.text('to');
    const id = invocation.optional('id');
    const draft = {
      type: invocation.optional('type') ?? 'dev.slipway.event',
      source: invocation.optional('source') ?? '/slipway',
      subject: invocation.optional('subject') ?? '',
      contentType: invocation.optional('content-type') ?? 'application/json',
      data: invocation.optional('body') ?? '',
      ...(id === undefined ? {} : { id }),
    };
    const faults = draftFaults(draft);
    if (faults.length > 0) throw invocation.usage(invocation.say('event.bad', { fields: faults.join(', ') }));
    const client = await invocation.client();
    const receiver = await findReceiver(client, invocation.namespace, to);
    const result = await sendEvent(client, receiver, draft);
    const { status, ms } = result;
    invocation.answer(result, invocation.say('event.sent', { id: result.id, to, status, ms }));
    return status >= 200 && status < 300 ? 0 : 1;
  },
};

export const pingDeliveries = listing({
  name: 'ping deliveries',
  summary: 'ping.deliveries',
  target: 'namespaced',
  args: sourceArg,
  read: (invocation) => (client) => deliveries(client, invocation.namespace, invocation.optional('source')),
  columns: ['column.time', 'column.name', 'column.sink', 'column.status', 'column.attempts', 'column.took'],
  row: (each) => [
    new Date(each.at).toISOString(),
    each.source,
    each.sink,
    each.status === 0 ? (each.error ?? '—') : String(each.status),
    String(each.attempts),
    `${each.ms} ms`,
  ],
  none: 'none',
});

export const domainAdd: Command = {
  name: 'domain add',
  summary: 'domain.add',
  target: 'namespaced',
  args: { ...hostArg, service: { type: 'positional', description: 'column.service' } },
  async run(invocation) {
    const host = invocation.text('host');
    const service = invocation.text('service');
    const client = await invocation.client();
    const domain = await addDomain(client, invocation.namespace, host, service);
    const state =
      domain.ready === 'True' ? (domain.url ?? '') : [domain.reason, domain.message].filter(Boolean).join(': ');
    invocation.answer(domain, invocation.say('domain.added', { host, service, state }));
    return domain.ready === 'True' ? 0 : 1;
  },
};

export const domainRm: Command = {
  name: 'domain rm',
  summary: 'domain.rm',
  target: 'namespaced',
  args: hostArg,
  async run(invocation) {
    const host = invocation.text('host');
    const client = await invocation.client();
    await removeDomain(client, invocation.namespace, host);
    invocation.answer({ host, removed: true }, invocation.say('domain.removed', { host }));
    return 0;
  },
};

export const domainLs = listing({
  name: 'domain ls',
  summary: 'domain.ls',
  target: 'namespaced',
  read: (invocation) => (client) => listDomains(client, invocation.optional('namespace')),
  columns: ['column.namespace', 'column.host', 'column.service', 'column.ready', 'column.url'],
  row: (each) => [each.namespace, each.host, each.service, each.ready, each.url ?? each.reason],
  none: 'none',
});

export const imageBuild: Command = {
  name: 'image build',
  summary: 'image.build',
  target: 'platform',
  args: {
    image: { type: 'positional', description: 'column.image' },
    dir: { type: 'positional', description: 'new.dir' },
    cmd: { type: 'string', description: 'image.cmd' },
  },
  async run(invocation) {
    const image = invocation.text('image');
    const dir = invocation.path('dir');
    const given = invocation.optional('cmd');
    const cmd = given === undefined ? await guessStart(dir, readText) : commandWords(given);
    if (!cmd) throw new Fault('NoImageCommand', { name: image });
    const client = await invocation.client();
    const snapshot = await takeSnapshot(dir, { signal: invocation.io.signal });
    const put = await putImage(client, image, snapshot, { cmd, env: {} }, { signal: invocation.io.signal });
    const { reference, files } = put.image;
    const sizes = { bytes: bytes(put.image.bytes), uploaded: bytes(put.uploadedBytes) };
    invocation.answer(put.image, invocation.say('image.built', { reference, files, ...sizes }));
    return 0;
  },
};

export const imageLs = listing({
  name: 'image ls',
  summary: 'image.ls',
  target: 'platform',
  read: () => listImages,
  columns: ['column.image', 'column.digest', 'column.files', 'column.size', 'column.age'],
  row: (image) => [
    image.tag ? `${image.name}:${image.tag}` : image.name,
    image.digest.slice(0, 19),
    String(image.files),
    bytes(image.bytes),
    since(new Date(image.createdAt).toISOString()),
  ],
  none: 'none',
});

export const imageRm: Command = {
  name: 'image rm',
  summary: 'image.rm',
  target: 'platform',
  args: { image: { type: 'positional', description: 'column.image' } },
  async run(invocation) {
    const image = invocation.text('image');
    const client = await invocation.client();
    const removed = await removeImage(client, image);
    invocation.answer(
      { removed },
      invocation.say('image.removed', { count: removed.length, names: removed.join(', ') }),
    );
    return 0;
  },
};
