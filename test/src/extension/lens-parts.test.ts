/** Lenses are asked for anew when a platform shows another thing in them, and not at each look at it. */
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connect } from '../../../src/core/client.ts';
import { resolveTarget } from '../../../src/core/target.ts';
import { onLensChange, untilAsked } from '../../../src/extension/manifests/lens-parts.ts';
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
  let crashes = '';
  const told = onLensChange(
    () => {
      changes += 1;
    },
    () => crashes,
  );
  const ports = { connect: () => connect(target), lease: async () => undefined, explain: String, log: () => {} };
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
  const then = changes;
  crashes = 'CrashLoopBackOff';
  told({ ...connection.snapshot });
  expect(changes).toBe(then + 1);
});

describe('a change that the editor was told', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  /** An editor that asks after `pause` ms without news, unless the text has lost the focus meanwhile. */
  function anEditor(pause: number, focus = () => true) {
    let visible = ['slipway.yaml'];
    let timer: NodeJS.Timeout | undefined;
    const counts = { told: 0, asked: 0 };
    const asks = untilAsked(
      () => {
        counts.told += 1;
        clearTimeout(timer);
        timer = setTimeout(() => {
          if (!focus()) return;
          counts.asked += 1;
          for (const file of visible) asks.asked(file);
        }, pause);
      },
      () => visible,
    );
    return {
      asks,
      counts,
      show: (files: string[]) => {
        visible = files;
      },
    };
  }

  it('is told once where the editor asks', () => {
    const { asks, counts } = anEditor(250);
    asks.changed();
    vi.advanceTimersByTime(600_000);
    expect(counts).toEqual({ told: 1, asked: 1 });
  });

  it('is told again where the editor dropped it, and asked for within seconds', () => {
    let focused = false;
    const { asks, counts } = anEditor(250, () => focused);
    asks.changed();
    vi.advanceTimersByTime(1_000);
    focused = true;
    vi.advanceTimersByTime(1_000);
    expect(counts).toEqual({ told: 2, asked: 1 });
    vi.advanceTimersByTime(600_000);
    expect(counts.told).toBe(2);
  });

  it('is not told so often that an editor with a long pause never asks', () => {
    const { asks, counts } = anEditor(20_000);
    asks.changed();
    vi.advanceTimersByTime(90_000);
    expect(counts.asked).toBe(1);
  });

  it('is told a few times where nobody ever asks, and never of files that are not to be seen', () => {
    const { asks, counts, show } = anEditor(250, () => false);
    asks.changed();
    vi.advanceTimersByTime(3_600_000);
    expect(counts.told).toBeLessThan(10);
    const before = counts.told;
    asks.changed();
    show([]);
    vi.advanceTimersByTime(3_600_000);
    expect(counts.told).toBe(before + 1);
  });

  it('is waited for also of a file that was only opened', () => {
    const { asks, counts, show } = anEditor(250);
    show(['slipway.yaml', 'deploy/service.yaml']);
    asks.seen();
    vi.advanceTimersByTime(2_000);
    expect(counts).toEqual({ told: 1, asked: 1 });
    asks.seen();
    vi.advanceTimersByTime(600_000);
    expect(counts.told).toBe(1);
  });
});
