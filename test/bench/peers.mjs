/** Parts that run in processes of their own: a thousand Services, and the data plane beside its peers. */
import { join } from 'node:path';
import { root } from '../../scripts/lib/paths.mjs';
import { runNode } from '../../scripts/lib/run.mjs';
import { ensureSystem } from '../../scripts/lib/system.mjs';
import { round } from './numbers.mjs';

const measure = async (file, args, doing) => {
  const { stdout } = await runNode(['--no-warnings', '--expose-gc', join(root, 'test/bench', file), ...args], {
    quiet: true,
    pulse: doing,
  });
  return JSON.parse(stdout);
};

/** A real Knative on two cores had 200 Services Ready after 89 s: 445 ms each, not growing. */
const realMsEach = 445;

export async function scale() {
  const few = await measure('scale.ts', ['250'], '250 Services');
  const many = await measure('scale.ts', ['1000'], '1,000 Services');
  const growth = many.readyMs / many.count / (few.readyMs / few.count);
  const of = (name, value, unit, limit) => ({ name: `1,000 Services: ${name}`, value, unit, ...limit });
  return [
    of('applied → all Ready, pods at once', round(many.readyMs / 1000, 1), 's', {
      atMost: realMsEach,
      note: `a real Knative: ${realMsEach} ms each`,
    }),
    of('cost of one, to that among 250', round(growth, 2), '×', { atMost: 1.5 }),
    of('list, p50', round(many.listP50Ms, 1), 'ms', { atMost: 50 }),
    of('list, p99', round(many.listP99Ms, 1), 'ms', { atMost: 250 }),
    of('changes to 50 watchers', many.fanOutPerSecond, 'events/s', { atLeast: 10_000 }),
    of('memory of one with all its objects', many.kbPerService, 'kB', { atMost: 512 }),
  ];
}

/** In turns on the same machine and the same backend: ratios, since absolute numbers are the machine's. */
export async function dataPlane() {
  const missing = await ensureSystem(['haproxy', 'wrk']);
  if (missing.length > 0)
    return [{ skipped: 'beside haproxy', why: `needs ${missing.map(({ fix }) => fix).join('; ')}` }];
  const results = await measure('dataplane.ts', [], 'the data plane beside one-thread haproxy');
  return Object.entries(results).flatMap(([load, { haproxy, dataplane, ratio }]) => [
    {
      name: `data plane, ${load}: requests to haproxy's`,
      value: round(ratio, 2),
      unit: '×',
      atLeast: 0.5,
      note: `${round(dataplane.requestsPerSecond)} to ${round(haproxy.requestsPerSecond)} req/s; a real Knative: 0.12`,
    },
    {
      name: `data plane, ${load}: p50`,
      value: round(dataplane.p50, 2),
      unit: 'ms',
      note: `haproxy ${round(haproxy.p50, 2)}`,
    },
    {
      name: `data plane, ${load}: p99`,
      value: round(dataplane.p99, 2),
      unit: 'ms',
      note: `haproxy ${round(haproxy.p99, 2)}`,
    },
    {
      name: `data plane, ${load}: processor time a request`,
      value: round(dataplane.cpu),
      unit: 'µs',
      note: `haproxy ${round(haproxy.cpu)}`,
    },
  ]);
}
