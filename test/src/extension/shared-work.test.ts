/** A start of a platform that several wait for: who gives it up gives it up for itself. */
import { expect, it } from 'vitest';
import { Fault } from '../../../src/core/faults.ts';
import { sharedWork } from '../../../src/extension/platform/shared-work.ts';

function aStart() {
  const end = Promise.withResolvers<void>();
  let step: (name: string) => void = () => {};
  const start = sharedWork<string>((progress, signal) => {
    step = progress;
    signal.addEventListener('abort', () => end.reject(new Fault('Cancelled')));
    return end.promise;
  });
  return { start, step: (name: string) => step(name), end: () => end.resolve() };
}
const outcome = (joined: Promise<void>) =>
  joined.then(
    () => 'started',
    (error: unknown) => (error instanceof Fault ? error.code : error),
  );

it('goes on for the others when the one who began it gives it up', async () => {
  const { start, step, end } = aStart();
  const [first, told] = [new AbortController(), [] as string[]];
  const outcomes = [
    outcome(start.join((name) => told.push(`first ${name}`), first.signal)),
    outcome(start.join((name) => told.push(`second ${name}`), new AbortController().signal)),
    outcome(start.join()),
  ];
  step('spawning');
  first.abort();
  expect(await outcomes[0]).toBe('Cancelled');
  step('ready');
  end();
  expect(await Promise.all(outcomes)).toEqual(['Cancelled', 'started', 'started']);
  expect(told).toEqual(['first spawning', 'second spawning', 'second ready']);
  expect(start.isGivenUp).toBe(false);
});

it('ends when all have given it up, and is joined by nobody then', async () => {
  const { start } = aStart();
  const [first, second] = [new AbortController(), new AbortController()];
  const outcomes = [outcome(start.join(undefined, first.signal)), outcome(start.join(undefined, second.signal))];
  first.abort();
  expect(start.isGivenUp).toBe(false);
  second.abort();
  expect(start.isGivenUp).toBe(true);
  await start.ended;
  expect(await Promise.all(outcomes)).toEqual(['Cancelled', 'Cancelled']);
  expect(await outcome(start.join(undefined, AbortSignal.abort()))).toBe('Cancelled');
});
