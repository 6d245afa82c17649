/** Ports, and the data plane in its worker thread. */
import net from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { listen, PortTaken, portHolder } from '../../../emulator/dataplane/listen.ts';
import type { FromDataPlane } from '../../../emulator/dataplane/protocol.ts';
import { createWorkerDataPlane } from '../../../emulator/dataplane/worker-port.ts';
import { anInstance, aRevision, ask, plane, serving, startApp } from './support.ts';

const open: AsyncDisposable[] = [];

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one[Symbol.asyncDispose]();
});

async function taken(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push({ [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())) });
  return (server.address() as net.AddressInfo).port;
}

describe('listening', () => {
  it('on a taken port says by whom', async () => {
    const port = await taken();
    const attempt = listen({ host: '127.0.0.1', port, fallback: false }, () => {});
    await expect(attempt).rejects.toThrow(PortTaken);
    if (process.platform === 'linux') {
      await expect(attempt).rejects.toThrow(new RegExp(`^port ${port} is taken by .+ \\(pid ${process.pid}\\)$`));
      expect(await portHolder(port)).toMatch(/pid/);
    }
  });

  it('takes the next free one where that is allowed', async () => {
    const port = await taken();
    const { server, port: got } = await listen({ host: '127.0.0.1', port, fallback: true }, () => {});
    server.close();
    expect(got).toBeGreaterThan(port);
    expect(got).toBeLessThanOrEqual(port + 50);
  });
});

const worker = new URL('../../../emulator/dataplane/worker.ts', import.meta.url);

describe('the worker', () => {
  it('serves, and ends when it is closed', async () => {
    const app = await startApp((_, response) => response.end('ok'));
    open.push(app);
    const port = createWorkerDataPlane(worker);
    const running = await plane(port);
    await running.apply(serving(aRevision('default/hello-00001', { instances: [anInstance(app.port)] })));
    expect((await ask(running.port)).body).toBe('ok');
    await running.until('traffic', ({ samples }) => samples[0]?.requests === 1);
    await port.close();
    await expect(ask(running.port)).rejects.toThrow(/ECONNREFUSED/);
    expect(running.messages.filter(({ type }) => type === 'failed')).toEqual([]);
  });

  it('tells that its port is taken', async () => {
    const taker = await taken();
    const port = createWorkerDataPlane(worker);
    open.push({ [Symbol.asyncDispose]: () => port.close() });
    const failed = new Promise<FromDataPlane>((resolve) => {
      port.onMessage((message) => message.type === 'failed' && resolve(message));
    });
    port.post({ type: 'listen', host: '127.0.0.1', port: taker, fallback: false });
    expect(await failed).toMatchObject({ type: 'failed', code: 'PortTaken' });
  });

  it('that dies is replaced: same ports, same routes, also those that changed meanwhile', async () => {
    const app = await startApp((_, response) => response.end('ok'));
    open.push(app);
    const port = createWorkerDataPlane(new URL('./mortal-worker.ts', import.meta.url));
    open.push({ [Symbol.asyncDispose]: () => port.close() });
    const running = await plane(port);
    await running.apply(serving(aRevision('default/hello-00001', { instances: [] })));
    const instance = anInstance(app.port);
    const revision = aRevision('default/hello-00001', { instances: [instance] });
    port.post({
      type: 'changes',
      changes: { version: 50, hosts: {}, localHosts: {}, revisions: { [revision.key]: revision } },
    });
    expect((await ask(running.port)).body).toBe('ok');
    const before = running.messages.find(({ type }) => type === 'listening');

    const again = running.until(
      'listening',
      () => running.messages.filter(({ type }) => type === 'listening').length > 1,
    );
    die(port);
    await again;
    expect(running.messages.findLast(({ type }) => type === 'listening')).toEqual(before);
    expect(running.messages.filter(({ type }) => type === 'failed')).toMatchObject([{ code: 'Restarted' }]);
    expect((await ask(running.port)).body).toBe('ok');
  });

  it('that keeps dying is given up, and told', async () => {
    const port = createWorkerDataPlane(new URL('./mortal-worker.ts', import.meta.url));
    const running = await plane(port);
    for (let death = 1; death <= 3; death++) {
      const again = running.until(
        'listening',
        () => running.messages.filter(({ type }) => type === 'listening').length > death,
      );
      die(port);
      await again;
    }
    const gone = running.until('failed', ({ code }) => code === 'DataPlaneExited');
    die(port);
    await gone;
  });

  it('tells that it crashed', async () => {
    const port = createWorkerDataPlane(new URL('./no-such-worker.ts', import.meta.url));
    const failed = await new Promise<FromDataPlane>((resolve) => {
      port.onMessage((message) => message.type === 'failed' && resolve(message));
    });
    expect(failed).toMatchObject({ code: 'DataPlaneCrashed' });
  });
});

/** A message that the protocol does not have, and only the test's worker understands. */
function die(port: ReturnType<typeof createWorkerDataPlane>): void {
  port.post({ type: 'die' } as never);
}
