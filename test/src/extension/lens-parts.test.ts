/** Lenses are asked for anew when a platform shows another thing in them, and not at each look at it. */
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { connect } from '../../../src/core/client.ts';
import { resolveTarget } from '../../../src/core/target.ts';
import { onLensChange } from '../../../src/extension/manifests/lens-parts.ts';
import { Connection } from '../../../src/extension/platform/connection.ts';
import { temporaryHome } from '../../support/places.ts';
import { seededApi } from '../../support/seeded-api.ts';
import { until } from '../../support/until.ts';

const stack = new AsyncDisposableStack();
afterAll(() => stack.disposeAsync());

it('a look that finds nothing new is no change, a service that fails is one', async () => {
  const home = stack.use(temporaryHome('lens-parts'));
  const api = stack.use(await seededApi(join(home.dir), { services: 2, revisions: 1 }));
  const target = resolveTarget({ kubeconfig: api.kubeconfig, context: api.context });
  const entry = { id: 'x', label: 'x', embedded: false, target, namespace: undefined, readOnly: false };
  let looks = 0;
  let changes = 0;
  const told = onLensChange(() => {
    changes += 1;
  });
  const ports = { connect: () => connect(target), explain: String, log: () => {} };
  const connection = stack.use(
    new Connection(entry, ports, () => {
      looks += 1;
      told(connection.snapshot);
    }),
  );
  await connection.open();
  await until('the services', () => connection.snapshot.services.length === 2);
  const [before, looked] = [changes, looks];
  // As each look at the platform does, some of which bring nothing new.
  told({ ...connection.snapshot });
  connection.setState('ready');
  await until('a look', () => looks > looked);
  expect(changes).toBe(before);
  api.fail('service-0001', 'NoReason');
  await until('the change', () => changes > before);
});
