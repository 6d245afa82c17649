import { expect, test } from 'vitest';
import { createInThreadDataPlane } from '../../../emulator/dataplane/in-thread.ts';
import { anInstance, aRevision, ask, plane, serving, startApp } from './support.ts';

test('what an instance answered is told for its queue-proxy’s log, once it is asked for', async () => {
  await using app = await startApp((_, response) => response.writeHead(201).end('hello'));
  const dataPlane = createInThreadDataPlane();
  await using gateway = await plane(dataPlane);
  const instance = anInstance(app.port);
  await gateway.apply(serving(aRevision('ns/rev', { instances: [instance] })));
  await ask(gateway.port, { path: '/before' });
  dataPlane.post({ type: 'logRequests', on: true, probes: false });
  await ask(gateway.port, { path: '/nobody', host: 'unknown.test' });
  await ask(gateway.port, { path: '/a?b=c', headers: { 'user-agent': 'me' } });
  const { entries } = await gateway.until('requestLogs');
  expect(entries).toHaveLength(1);
  expect(entries[0]).toMatchObject({
    revision: 'ns/rev',
    pod: instance.pod,
    method: 'GET',
    uri: '/a?b=c',
    host: 'hello.test',
    requestSize: 0,
    status: 201,
    responseSize: 5,
    protocol: 'HTTP/1.1',
  });
  expect(entries[0]?.headers).toContain('me');
  expect(entries[0]?.seconds).toBeGreaterThan(0);
});
