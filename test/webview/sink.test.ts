import { expect, it } from 'vitest';
import { shortSink } from '../../webview/events/sink.ts';

it.each([
  ['http://cron.default.svc.cluster.local', 'cron'],
  ['http://cron.default.svc.cluster.local/', 'cron'],
  ['http://cron.night.svc/jobs', 'cron.night/jobs'],
  ['http://broker-ingress.knative-eventing.svc.cluster.local/ns/main', 'broker-ingress.knative-eventing/ns/main'],
  ['http://shop.example.com/', 'http://shop.example.com/'],
  ['cron', 'cron'],
  ['<img src=x>', '<img src=x>'],
])('an event to %s went to %s', (to, shown) => {
  expect(shortSink(to)).toBe(shown);
});
