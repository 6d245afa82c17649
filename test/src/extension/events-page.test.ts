/** What the host tells the page of events: which service it was opened for, and what the platform in use delivered. */
import { expect, it } from 'vitest';
import type { Delivery } from '../../../emulator/capabilities/protocol.ts';
import type { PlatformClient } from '../../../src/core/client.ts';
import { EventForm } from '../../../src/extension/views/event-form.ts';
import { eventTrace } from '../../../src/extension/views/event-trace.ts';
import type { EventsForm } from '../../../webview/protocol.ts';

const service = (name: string) => ({ namespace: 'default', name });

function aForm(aimed?: { namespace: string; name: string }) {
  const told: EventsForm[] = [];
  const sent = { draft: undefined as EventsForm['draft'] | undefined, at: 0 };
  const form = new EventForm(aimed, {
    sent: () => sent,
    selected: () => service('shown'),
    send: (each) => told.push(each),
  });
  return {
    form,
    sent,
    targets: () => told.map(({ draft, aimed: isAimed }) => `${draft.key}${isAimed ? ' aimed' : ''}`),
  };
}

it('aims the form once at the service that it is opened for, also while it is hidden', () => {
  const { form, sent, targets } = aForm(service('first'));
  form.ready();
  form.hidden();
  form.aim(service('second'));
  form.ready();
  form.hidden();
  sent.draft = { key: 'default/sent', type: 't', source: '/s', subject: '', contentType: 'text/plain', data: '' };
  form.ready();
  form.aim(service('third'));
  expect(targets()).toEqual(['default/first aimed', 'default/second aimed', 'default/sent', 'default/third aimed']);
});

it('begins it with the service that the views show where it was opened for none', () => {
  const { form, targets } = aForm();
  form.ready();
  expect(targets()).toEqual(['default/shown']);
});

const delivery = (type: string): Delivery =>
  ({ at: 1, type, source: '/s', sink: 'x', status: 200, attempts: 1, ms: 1, fired: 'cron' }) as unknown as Delivery;

/** A platform that answers each question when it is told to. */
function aPlatform(capabilities = ['ping']) {
  const answers: ((items: Delivery[]) => void)[] = [];
  const client = {
    capabilities: async () => new Set(capabilities),
    capability: () => new Promise((resolve) => answers.push((items) => resolve({ items }))),
  } as unknown as PlatformClient;
  const asked = async (count: number) => {
    while (answers.length < count) await new Promise(setImmediate);
    return answers[count - 1] as (items: Delivery[]) => void;
  };
  return { client, asked };
}
const types = ({ now }: ReturnType<typeof eventTrace>) => now.rows.map(({ type }) => type);

it('shows what the platform in use delivered, and nothing of the one before, however late that answers', async () => {
  const [first, other] = [aPlatform(), aPlatform([])];
  const now = { client: first.client, platform: 'platform:a' };
  const trace = eventTrace({ client: () => now.client, platform: () => now.platform, namespaces: () => ['default'] });
  const early = trace.read();
  (await first.asked(1))([delivery('early')]);
  await early;
  expect(types(trace)).toEqual(['early']);
  const late = trace.read();
  const answer = await first.asked(2);
  Object.assign(now, { client: other.client, platform: 'platform:b' });
  expect(types(trace)).toEqual([]);
  answer([delivery('late')]);
  await late;
  expect(types(trace)).toEqual([]);
  await trace.read();
  expect(trace.now).toMatchObject({ traced: false, rows: [] });
});

it('shows no older deliveries after newer ones', async () => {
  const { client, asked } = aPlatform();
  const trace = eventTrace({ client: () => client, platform: () => 'platform:a', namespaces: () => ['default'] });
  const reads = [trace.read(), trace.read()];
  const [older, newer] = [await asked(1), await asked(2)];
  newer([delivery('newer')]);
  await reads[1];
  older([delivery('older')]);
  await reads[0];
  expect(types(trace)).toEqual(['newer']);
});
