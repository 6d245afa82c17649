import { expect, it } from 'vitest';
import { type ProberPorts, startProber } from '../../../emulator/pods/prober.ts';
import type { ProbeResult } from '../../../emulator/pods/probes.ts';

const refused: ProbeResult = { ok: false, message: 'connection refused', refused: true };
const unwell: ProbeResult = { ok: false, message: 'statuscode: 500' };
const well: ProbeResult = { ok: true, message: '' };

/** What a probe of the threshold 2 tells, one answer after the other. */
async function told(answers: readonly ProbeResult[], mayBuild: boolean): Promise<string[]> {
  const said: string[] = [];
  const left = [...answers];
  const over = Promise.withResolvers<void>();
  const ports: ProberPorts = {
    run: () => Promise.resolve(left.shift() ?? well),
    held: () => false,
    starting: () => 1,
    after(_, callback) {
      if (left.length === 0) over.resolve();
      else callback();
      return { [Symbol.dispose]: () => {} };
    },
    mayBuild,
  };
  using _prober = startProber({ periodSeconds: 1, failureThreshold: 2, tcpSocket: { port: 1 } }, ports, {
    changed: (ok) => said.push(ok ? 'well' : 'unwell'),
    failed: (message) => said.push(message),
  });
  await over.promise;
  return said;
}

it('counts each refusal', async () => {
  expect(await told([refused, refused, refused], false)).toEqual([
    refused.message,
    refused.message,
    'unwell',
    refused.message,
  ]);
});

it('counts none of what may be built by the command that starts it, until it has been well once', async () => {
  expect(await told([refused, refused, refused, well, refused, refused], true)).toEqual([
    'well',
    refused.message,
    refused.message,
    'unwell',
  ]);
});

it('counts what that answers', async () => {
  expect(await told([refused, unwell, refused, unwell], true)).toEqual([unwell.message, unwell.message, 'unwell']);
});
