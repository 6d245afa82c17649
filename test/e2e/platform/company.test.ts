/**
 * A platform is only a kube context. A second embedded platform plays the company's cluster: reached by kubeconfig and
 * context, and by an environment of slipway.yaml, while the local one runs beside it and notices nothing.
 */
import { appendFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { request } from '../../support/ingress.ts';
import { isReady, type Kube, kubeOf, serving } from '../../support/kube.ts';
import { type UpAnswer, usePlatform } from '../../support/platform.ts';

const platform = usePlatform('company');
let company: UpAnswer;
let there: Kube;
/** How a person names it. */
let target: string[];

beforeAll(async () => {
  company = await platform().json<UpAnswer>('up', '--detach', '--name', 'company', '--port', '0');
  there = kubeOf(company.kubeconfig);
  target = ['--kubeconfig', company.kubeconfig, '--context', company.context];
});
afterAll(async () => {
  await platform().slipway('down', '--name', 'company');
});

const service = () => there.get(serving('default', 'services', 'shop'));
const names = async (kube: Kube): Promise<string[]> => {
  const { items } = await kube.get(serving('default', 'services'));
  return (items as { metadata: { name: string } }[]).map(({ metadata }) => metadata.name);
};

it('deploys to the context that it is told, says so first, and leaves the local platform alone', async () => {
  const { at, slipway, kube } = platform();
  expect((await slipway('new', 'node-web', at('shop'))).code).toBe(0);
  const deployed = await slipway('deploy', at('shop'), ...target);
  expect(deployed.code, deployed.stderr).toBe(0);
  expect(deployed.stderr.split('\n')[0]).toContain(company.context);
  expect(isReady(await service())).toBe(true);
  expect(await names(kube)).toEqual([]);
  const { host } = new URL((await service()).status?.url ?? '');
  expect((await request(company.ingress, { host })).status).toBe(200);
});

it('deploys to it as an environment of slipway.yaml, with that environment’s changes', async () => {
  const { at, slipway, kube } = platform();
  const patch = `
environments:
  company:
    kubeconfig: ${company.kubeconfig}
    context: ${company.context}
    patch:
      spec:
        template:
          metadata:
            annotations:
              autoscaling.knative.dev/min-scale: "1"
`;
  appendFileSync(at('shop', 'slipway.yaml'), patch);
  writeFileSync(at('shop', 'VERSION'), 'two\n');
  const deployed = await slipway('deploy', at('shop'), '--env', 'company');
  expect(deployed.code, deployed.stderr).toBe(0);
  const revision = await there.get(serving('default', 'revisions', 'shop-00002'));
  expect(revision.metadata.annotations?.['autoscaling.knative.dev/min-scale']).toBe('1');
  expect(await names(kube)).toEqual([]);
});

it('moves traffic, reads logs and rolls back there', async () => {
  const { slipway } = platform();
  const moved = await slipway('traffic', 'shop', 'shop-00001=60', 'shop-00002=40', ...target);
  expect(moved.code, moved.stderr).toBe(0);
  const percents = async () => {
    const traffic = (await service()).spec?.['traffic'] as { percent?: number }[] | undefined;
    return (traffic ?? []).map(({ percent }) => percent);
  };
  expect((await percents()).sort()).toEqual([40, 60]);
  const logs = await slipway('logs', 'shop', ...target);
  expect(logs.stdout).toContain('listening');
  const back = await slipway('rollback', 'shop', ...target);
  expect(back.code, back.stderr).toBe(0);
  expect(await percents()).not.toContain(60);
});

it('refuses a context that the kubeconfig does not have, and says which it has', async () => {
  const answer = await platform().slipway('ls', '--kubeconfig', company.kubeconfig, '--context', 'nowhere');
  expect(answer.code).toBe(1);
  expect(answer.stderr).toContain('nowhere');
  expect(answer.stderr).toContain(company.context);
});
