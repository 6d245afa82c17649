/** What a refusal of the server is taken for, and the command that says who one is there. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { connect } from '../../../src/core/client.ts';
import type { Fault } from '../../../src/core/faults.ts';
import { remedyOf } from '../../../src/core/remedy.ts';
import type { Target } from '../../../src/core/target.ts';
import { refusal } from '../../../src/core/transport.ts';
import { temporaryHome } from '../../support/places.ts';

const prod: Target = { type: 'context', kubeconfig: '/users/me/my clusters', context: 'prod' };
const status = (code: number, message: string, target: Target = prod) =>
  refusal(code, JSON.stringify({ kind: 'Status', code, message }), 'api', target);

it.each([
  'services.serving.knative.dev "shop" is forbidden: User "dev" cannot patch resource "services"',
  'pods "shop-1" is forbidden: exceeded quota: small',
])('403 of rights: %s', (message) => {
  expect(status(403, message)).toMatchObject({ code: 'Forbidden', args: { detail: message } });
});

// As webhooks and policies of a cluster answer, which choose their own status.
it.each([
  'admission webhook "validation.gatekeeper.sh" denied the request: [team] no owner is set',
  "services.serving.knative.dev \"shop\" is forbidden: ValidatingAdmissionPolicy 'split' with binding 'split' denied request: at most 50 %",
])('403 of admission is no question of rights: %s', (message) => {
  expect(status(403, message)).toMatchObject({ name: 'ApiError', code: 403, message });
});

it.each([
  [401, 'Unauthorized', prod, "kubectl --kubeconfig '/users/me/my clusters' --context prod auth whoami"],
  [403, 'pods is forbidden', prod, "kubectl --kubeconfig '/users/me/my clusters' --context prod auth can-i --list"],
  [401, 'Unauthorized', { ...prod, kubeconfig: '/k', context: undefined }, 'kubectl --kubeconfig /k auth whoami'],
] satisfies [number, string, Target, string][])(
  '%i leads to who one is on that platform: %s',
  (code, message, target, line) => {
    const fault = status(code, message, target) as Fault;
    expect(remedyOf(fault, () => undefined)).toMatchObject({ type: 'command', command: 'logIn', line });
  },
);

it.each([
  ['users:\n- name: me\n  user:\n    token: SECRET\n   client-certificate: x\n', '(5:4)'],
  ['{"users":[{"name":"me","user":{"token":"SECRET"}}', '(1:50)'],
])('a kubeconfig that cannot be read is not quoted: %j', async (text, at) => {
  using home = temporaryHome('kubeconfig');
  const kubeconfig = join(home.dir, 'config');
  writeFileSync(kubeconfig, text);
  const error = await connect({ type: 'context', kubeconfig, context: 'me' }).catch((fault: unknown) => fault);
  expect(error).toMatchObject({ code: 'KubeconfigInvalid', args: { detail: expect.stringContaining(at) } });
  expect(inspect(error, { depth: 10 })).not.toContain('SECRET');
});
