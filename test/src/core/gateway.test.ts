import { expect, test } from 'vitest';
import { publicUrl } from '../../../src/core/gateway.ts';

test.each([
  ['http://hello.default.localhost', 8081, 'http://hello.default.localhost:8081'],
  ['http://hello.default.localhost/x', 8081, 'http://hello.default.localhost:8081/x'],
  ['https://hello.example.com:444', 8081, 'https://hello.example.com:444'],
  ['http://hello.default.svc.cluster.local', 8081, 'http://hello.default.svc.cluster.local'],
  ['http://hello.example.com', undefined, 'http://hello.example.com'],
  ['no address', 8081, 'no address'],
  ['https://hello.example.com', 8081, 'https://hello.example.com:8443'],
])('%s at gateway port %s is %s', (url, port, expected) => {
  expect(publicUrl(url, { port, tlsPort: 8443 })).toBe(expected);
});
