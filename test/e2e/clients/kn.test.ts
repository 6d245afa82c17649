/**
 * kn as a user types it, against a platform of its own: what it prints is what it prints on a real cluster. No registry has kn:
 * `SLIPWAY_TEST_KN` names one, or it is on PATH. Each test goes on where the one before has left the platform.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { request } from '../../support/ingress.ts';
import { root } from '../../support/places.ts';
import { usePlatform } from '../../support/platform.ts';
import { findProgram, type Program, program } from '../../support/program.ts';

const path = findProgram('SLIPWAY_TEST_KN', 'kn');
const image = 'dev.local/echo:v1';

describe.skipIf(!path)('kn (needs kn)', () => {
  const platform = usePlatform('kn');
  let kn: Program;

  beforeAll(async () => {
    const { up, at, slipway } = platform();
    const echo = join(root, 'test', 'conformance', 'parity', 'apps', 'echo');
    const built = await slipway('image', 'build', image, echo, '--cmd', 'node echo.mjs');
    expect(built.code, built.stderr).toBe(0);
    kn = program(path ?? '', ['--kubeconfig', up.kubeconfig, '--config', at('kn.yaml')], {
      ...process.env,
      HOME: at('user'),
    });
  });
  const json = async (...args: string[]) => JSON.parse(await kn.out([...args, '-o', 'json']));
  const answer = async (host: string) => {
    const { body } = await request(platform().up.ingress, { host });
    return JSON.parse(body).env as Record<string, string>;
  };

  it('creates a Service, says each step until it is ready, and shows it', async () => {
    expect(await kn.out(['service', 'list'])).toBe('No services found.');
    const created = await kn.out([
      ...['service', 'create', 'hello', '--image', image, '--env', 'MESSAGE=one', '--env', 'SHOW_A=b'],
      ...['--concurrency-limit', '5', '--scale', '1..3', '--label', 'team=blue', '--request', 'cpu=10m'],
    ]);
    expect(created).toMatch(
      /^Creating service 'hello' in namespace 'default':\n\n( +\d+\.\d{3}s .*\n)+ +\d+\.\d{3}s Ready to serve\.\n\nService 'hello' created to latest revision 'hello-00001' is available at URL:\nhttp:\/\/hello\.default\.localhost$/,
    );
    expect(await answer('hello.default.localhost')).toMatchObject({ MESSAGE: 'one', SHOW_A: 'b' });
    const service = await json('service', 'describe', 'hello');
    expect(service).toMatchObject({
      apiVersion: 'serving.knative.dev/v1',
      metadata: { labels: { team: 'blue' } },
      spec: {
        template: {
          metadata: {
            annotations: { 'autoscaling.knative.dev/min-scale': '1', 'autoscaling.knative.dev/max-scale': '3' },
          },
          spec: { containerConcurrency: 5 },
        },
      },
    });
    expect(await kn.out(['service', 'list'])).toMatch(
      /^NAME +URL +LATEST +AGE +CONDITIONS +READY +REASON\nhello +http:\/\/hello\.default\.localhost +hello-00001 +\S+ +3 OK \/ 3 +True/,
    );
    expect(await kn.out(['service', 'describe', 'hello'])).toMatch(
      /URL: +http:\/\/hello\.default\.localhost\n[\s\S]*100% +@latest \(hello-00001\) \[1\][\s\S]*OK TYPE +AGE REASON\n +\+\+ Ready/,
    );
  });

  it('refuses what is there, what is not, and what is wrong, in words', async () => {
    expect(await kn.refused(['service', 'create', 'hello', '--image', image])).toMatch(
      /cannot create service 'hello' in namespace 'default' because the service already exists and no --force option was given/,
    );
    expect(await kn.refused(['service', 'describe', 'nobody'])).toContain(
      'services.serving.knative.dev "nobody" not found',
    );
    expect(await kn.refused(['service', 'update', 'hello', '--concurrency-limit', '2000'])).toContain(
      'expected 0 <= 2000 <= 1000: spec.template.spec.containerConcurrency',
    );
    // As on a real one: a container that ends is judged when its deployment has had its time.
    const deadline = ['--annotation', 'serving.knative.dev/progress-deadline=5s'];
    const exits = ['service', 'create', 'gone', '--image', image, '--env', 'EXIT_CODE_AT_START=3', ...deadline];
    expect(await kn.refused(exits)).toMatch(
      /Error: RevisionFailed: Revision "gone-00001" failed with message: Container failed with: echo: exiting with 3\n?\./,
    );
    expect(await kn.out(['service', 'delete', 'gone'])).toBe(
      "Service 'gone' successfully deleted in namespace 'default'.",
    );
  });

  it('updates, splits traffic by revision and tag, and applies', async () => {
    expect(await kn.out(['service', 'update', 'hello', '--env', 'MESSAGE=two', '--env', 'SHOW_A-'])).toMatch(
      /^Updating Service 'hello' in namespace 'default':\n[\s\S]*Service 'hello' updated to latest revision 'hello-00002' is available at URL:/,
    );
    expect(await answer('hello.default.localhost')).toMatchObject({ MESSAGE: 'two' });
    await kn.out(['service', 'update', 'hello', '--traffic', 'hello-00001=40,@latest=60', '--tag', 'hello-00001=old']);
    expect((await answer('old-hello.default.localhost'))['K_REVISION']).toBe('hello-00001');
    expect((await json('service', 'describe', 'hello')).status.traffic).toMatchObject([
      { revisionName: 'hello-00002', percent: 60, latestRevision: true },
      { revisionName: 'hello-00001', percent: 40, tag: 'old' },
    ]);
    expect(await kn.out(['service', 'update', 'hello', '--untag', 'old', '--traffic', '@latest=100'])).toContain(
      "Service 'hello' with latest revision 'hello-00002' (unchanged) is available at URL:",
    );
    const apply = ['service', 'apply', 'applied', '--image', image, '--env', 'MESSAGE=x'];
    expect(await kn.out(apply)).toContain("Service 'applied' created to latest revision 'applied-00001'");
    expect(await kn.out(apply)).toMatch(
      /No changes to apply to service 'applied'\.\nService 'applied' with latest revision 'applied-00001' \(unchanged\)/,
    );
    expect(await kn.out([...apply, '--env', 'MESSAGE=y'])).toContain("applied to latest revision 'applied-00002'");
  });

  it('lists, describes and deletes revisions and routes', async () => {
    const revisions = await kn.out(['revision', 'list', '-s', 'hello']);
    expect(revisions).toMatch(
      /^NAME +SERVICE +TRAFFIC +TAGS +GENERATION +AGE +CONDITIONS +READY +REASON\nhello-00002 +hello +100% +2 /,
    );
    expect(await kn.out(['revision', 'describe', 'hello-00001'])).toMatch(
      /Name: +hello-00001\n[\s\S]*Scale: +1 \.\.\. 3\nConcurrency: *\n +Limit: +5\n[\s\S]*Service: +hello\n/,
    );
    expect(await kn.out(['revision', 'delete', 'hello-00001'])).toBe(
      "Revision 'hello-00001' deleted in namespace 'default'.",
    );
    expect(await kn.out(['revision', 'delete', '--prune', 'applied'])).toContain("Revision 'applied-00001' deleted");
    expect(await kn.out(['route', 'list'])).toMatch(
      /^NAME +URL +READY\napplied +http:\/\/applied\.default\.localhost +True\nhello +/,
    );
    expect(await kn.out(['route', 'describe', 'hello'])).toMatch(
      /Service: +hello\n[\s\S]*Traffic Targets: *\n +100% +@latest \(hello-00002\)/,
    );
  });

  it('exports a Service with its revisions, and imports it under the same name', async () => {
    // With names of its own: else the platform and the import would both make kept-00001.
    await kn.out(['service', 'create', 'kept', '--image', image, '--revision-name', 'kept-one']);
    await kn.out(['service', 'update', 'kept', '--env', 'MESSAGE=2', '--revision-name', 'kept-two']);
    await kn.out(['service', 'update', 'kept', '--traffic', 'kept-one=50,kept-two=50']);
    const exported = await kn.out(['service', 'export', 'kept', '--with-revisions', '--mode=export', '-o', 'yaml']);
    expect(exported).toMatch(/^apiVersion: client\.knative\.dev\/v1alpha1\nkind: Export\n/);
    const file = platform().at('kept.yaml');
    writeFileSync(file, exported);
    await kn.out(['service', 'delete', 'kept', '--wait']);
    expect(await kn.out(['service', 'import', file])).toMatch(
      /Importing service 'kept' in namespace 'default':[\s\S]*Ready to serve\./,
    );
    expect((await json('service', 'describe', 'kept')).status.traffic).toMatchObject([
      { revisionName: 'kept-one', percent: 50 },
      { revisionName: 'kept-two', percent: 50 },
    ]);
  });

  it('maps domains', async () => {
    expect(await kn.out(['domain', 'list'])).toBe('No domain mapping found.');
    expect(await kn.out(['domain', 'create', 'shop.example.test', '--ref', 'hello'])).toBe(
      "Domain mapping 'shop.example.test' created in namespace 'default'.",
    );
    const claim = { apiVersion: 'networking.internal.knative.dev/v1alpha1', kind: 'ClusterDomainClaim' };
    const metadata = { name: 'shop.example.test' };
    await platform().kube.call('POST', '/apis/networking.internal.knative.dev/v1alpha1/clusterdomainclaims', {
      ...claim,
      metadata,
      spec: { namespace: 'default' },
    });
    const mapping = '/apis/serving.knative.dev/v1beta1/namespaces/default/domainmappings/shop.example.test';
    await expect
      .poll(
        async () =>
          (await platform().kube.get(mapping)).status?.conditions?.find(({ type }) => type === 'Ready')?.status,
        { timeout: 60_000 },
      )
      .toBe('True');
    expect(await kn.out(['domain', 'list'])).toMatch(
      /^NAME +URL +READY +KSVC\nshop\.example\.test +http:\/\/shop\.example\.test +True +hello/,
    );
    expect(await answer('shop.example.test')).toHaveProperty('K_SERVICE', 'hello');
    expect(await kn.out(['domain', 'update', 'shop.example.test', '--ref', 'applied'])).toContain('updated');
    expect(await kn.out(['domain', 'describe', 'shop.example.test'])).toMatch(
      /Reference: *\n[\s\S]*Kind: +Service\n +Name: +applied/,
    );
    expect(await kn.out(['domain', 'delete', 'shop.example.test'])).toContain('deleted');
  });

  it('handles ping sources, and the other kinds of eventing as far as they are stored', async () => {
    expect(await kn.out(['source', 'list-types'])).toMatch(/^PingSource +X +pingsources\.sources\.knative\.dev +/m);
    expect(
      await kn.out([
        'source',
        'ping',
        'create',
        'tick',
        '--schedule',
        '*/5 * * * *',
        '--data',
        '{"a":1}',
        '--sink',
        'ksvc:hello',
      ]),
    ).toBe("Ping source 'tick' created in namespace 'default'.");
    expect(
      await kn.refused(['source', 'ping', 'create', 'bad', '--schedule', 'never', '--sink', 'ksvc:hello']),
    ).toContain('invalid value: ');
    expect(await kn.out(['source', 'ping', 'update', 'tick', '--schedule', '*/2 * * * *'])).toContain("'tick' updated");
    expect(await kn.out(['source', 'ping', 'list'])).toMatch(
      /^NAME +SCHEDULE +SINK +AGE +CONDITIONS +READY +REASON\ntick +\*\/2 \* \* \* \* +ksvc:hello/,
    );
    expect(await kn.out(['source', 'ping', 'describe', 'tick'])).toMatch(
      /Schedule: +\*\/2 \* \* \* \*\n[\s\S]*Sink:[\s\S]*Name: +hello/,
    );
    expect(await kn.out(['source', 'list'])).toMatch(
      /^NAME +TYPE +RESOURCE +SINK +READY\ntick +PingSource +pingsources\.sources\.knative\.dev +ksvc:hello/,
    );
    expect(await kn.out(['source', 'ping', 'delete', 'tick'])).toContain("'tick' deleted");
    expect(await kn.out(['broker', 'create', 'b'])).toBe("Broker 'b' successfully created in namespace 'default'.");
    expect(
      await kn.out(['trigger', 'create', 't', '--broker', 'b', '--filter', 'type=x', '--sink', 'ksvc:hello']),
    ).toContain("Trigger 't' successfully created");
    expect(await kn.out(['trigger', 'list'])).toMatch(
      /^NAME +BROKER +SINK +AGE +CONDITIONS +READY +REASON\nt +b +ksvc:hello/,
    );
    expect(await kn.out(['channel', 'list-types'])).toContain('InMemoryChannel');
    expect(await kn.out(['channel', 'create', 'c'])).toContain("Channel 'c' created");
    for (const [kind, name] of [
      ['trigger', 't'],
      ['broker', 'b'],
      ['channel', 'c'],
    ] as const) {
      expect(await kn.out([kind, 'delete', name])).toContain('deleted');
    }
  });

  it('deletes', async () => {
    expect(await kn.out(['service', 'delete', '--all'])).toContain("Service 'hello' successfully deleted");
    expect(await kn.out(['service', 'list'])).toBe('No services found.');
  });
});
