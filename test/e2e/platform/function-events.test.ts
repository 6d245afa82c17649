/** A function of the func CLI that is subscribed to events: adopted, deployed, and reached by the events it asks for, and no others. */
import { expect, it } from 'vitest';
import { request } from '../../support/ingress.ts';
import { isReady, serving } from '../../support/kube.ts';
import { writeFiles } from '../../support/places.ts';
import { usePlatform } from '../../support/platform.ts';
import { until } from '../../support/until.ts';

const platform = usePlatform('function-events');
const eventing = '/apis/eventing.knative.dev/v1/namespaces/default';

/** Keeps the types of the events that come, and tells them. */
const main = `const types = [];
require('node:http')
  .createServer((request, response) => {
    if (request.method === 'POST') types.push(request.headers['ce-type']);
    response.end(request.method === 'POST' ? '' : JSON.stringify(types));
  })
  .listen(process.env.PORT);
`;

it('gets the events of its subscription', async () => {
  const { at, kube, slipway, up } = platform();
  writeFiles(at('greet'), {
    'func.yaml': `specVersion: 0.36.0
name: greet
runtime: node
deploy:
  subscriptions:
    - source: default
      filters: {type: com.example.order}
`,
    'package.json': '{"scripts":{"start":"node index.js"}}',
    'index.js': main,
  });
  const adopted = await slipway('adopt', at('greet'));
  expect(adopted.code, adopted.stderr).toBe(0);
  expect(adopted.stderr).toContain('default');
  await kube.call('POST', `${eventing}/brokers`, {
    apiVersion: 'eventing.knative.dev/v1',
    kind: 'Broker',
    metadata: { name: 'default' },
  });
  const deployed = await slipway('deploy', at('greet'));
  expect(deployed.code, deployed.stderr).toBe(0);
  await until('the trigger', async () => isReady(await kube.get(`${eventing}/triggers/greet-function-trigger-0`)));
  for (const type of ['com.example.other', 'com.example.order']) {
    const sent = await slipway('event', 'send', 'broker/default', '--type', type, '--body', '{}');
    expect(sent.code, sent.stderr).toBe(0);
  }
  const { host } = new URL((await kube.get(serving('default', 'services', 'greet'))).status?.url ?? '');
  const got = await until('the event', async () => {
    const { body } = await request(up.ingress, { host });
    return String(body) === '[]' ? undefined : String(body);
  });
  expect(got).toBe('["com.example.order"]');
});
