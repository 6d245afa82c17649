import { expect, test } from 'vitest';
import type { RequestLogEntry, ToDataPlane } from '../../../emulator/dataplane/protocol.ts';
import type { KubeObject } from '../../../emulator/kernel/object.ts';
import { openStore } from '../../../emulator/kernel/sqlite-store.ts';
import { createRequestLogs } from '../../../emulator/platform/request-logs.ts';
import type { LogEntry } from '../../../emulator/pods/ports.ts';
import { aPod, withLabels } from '../knative/support/builders.ts';

const pod = aPod('hello-00001-abc', withLabels({ 'serving.knative.dev/service': 'hello' }));

const entry: RequestLogEntry = {
  at: 1_700_000_000_000,
  revision: 'default/hello-00001',
  pod: 'hello-00001-abc',
  method: 'GET',
  uri: '/a?b="c"',
  host: 'hello.default.localhost',
  headers: ['user-agent', 'curl/8', 'traceparent', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'],
  requestSize: 0,
  status: 200,
  responseSize: 5,
  seconds: 0.25,
  remoteAddress: '127.0.0.1',
  protocol: 'HTTP/1.1',
};

function setUp(data: Record<string, string>) {
  const store = openStore(':memory:');
  const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: meta('config-observability'), data };
  store.put('configmaps', configMap as KubeObject, '');
  store.put('pods', pod, '');
  const posted: ToDataPlane[] = [];
  const written: Omit<LogEntry, 'sequence'>[] = [];
  const requestLogs = createRequestLogs({
    store,
    logs: { append: (line) => void written.push(line) },
    post: (message) => void posted.push(message),
    kubernetes: '1.36',
  });
  return { store, configMap, posted, written, requestLogs };
}

const meta = (name: string) => ({
  name,
  namespace: 'knative-serving',
  uid: 'u',
  resourceVersion: '',
  creationTimestamp: '',
});

test('the default template, in the log of the pod’s queue-proxy', () => {
  const { requestLogs, written } = setUp({ 'logging.enable-request-log': 'true' });
  requestLogs.record([entry]);
  expect(written).toHaveLength(1);
  expect(written[0]).toMatchObject({ namespace: 'default', service: 'hello', pod: pod.metadata.name });
  expect(written[0]).toMatchObject({ container: 'queue-proxy', podUid: pod.metadata.uid, stream: 'stdout' });
  expect(JSON.parse(written[0]?.text ?? '')).toMatchObject({
    httpRequest: { requestMethod: 'GET', requestUrl: '/a?b="c"', status: 200, latency: '0.25s', userAgent: 'curl/8' },
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
  });
});

test('a template that cannot be run still says what was asked', () => {
  const { requestLogs, written } = setUp({
    'logging.enable-request-log': 'true',
    'logging.request-log-template': '{{.Request.Nothing}}',
  });
  requestLogs.record([entry]);
  expect(written[0]?.text).toBe(
    'Invalid request log template: method: GET, response code: 200, latency: 0.25, url: /a?b="c"',
  );
});

test('the data plane is told at once, and at each change', () => {
  const { store, configMap, posted } = setUp({});
  const data = { 'logging.enable-request-log': 'true', 'logging.enable-probe-request-log': 'true' };
  store.put('configmaps', { ...configMap, data } as KubeObject, undefined);
  expect(posted).toEqual([
    { type: 'logRequests', on: false, probes: false },
    { type: 'logRequests', on: true, probes: true },
  ]);
});

test('Kubernetes’ probes are logged where they are asked for', () => {
  const asked = setUp({ 'logging.enable-request-log': 'true', 'logging.enable-probe-request-log': 'true' });
  const labelled = { ...pod, metadata: { ...pod.metadata, labels: { 'serving.knative.dev/revision': 'hello-00001' } } };
  asked.requestLogs.probed(labelled, true, 0.001);
  expect(JSON.parse(asked.written[0]?.text ?? '')).toMatchObject({
    httpRequest: { requestUrl: '/', userAgent: 'kube-probe/1.36', status: 200 },
  });
  const not = setUp({ 'logging.enable-request-log': 'true' });
  not.requestLogs.probed(labelled, true, 0.001);
  expect(not.written).toEqual([]);
});
