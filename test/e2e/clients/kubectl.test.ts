/**
 * kubectl as a user types it, against a platform of its own. `SLIPWAY_TEST_KUBECTL` names another kubectl than the one on PATH.
 * Each test goes on where the one before has left the platform.
 */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { request } from '../../support/ingress.ts';
import { root } from '../../support/places.ts';
import { usePlatform } from '../../support/platform.ts';
import { findProgram, type Program, program } from '../../support/program.ts';

const path = findProgram('SLIPWAY_TEST_KUBECTL', 'kubectl');

const service = (message: string, extra = '') => `apiVersion: serving.knative.dev/v1
kind: Service
metadata:
  name: hello${extra}
spec:
  template:
    metadata:
      annotations: {autoscaling.knative.dev/min-scale: "1"}
    spec:
      containers:
        - image: dev.local/echo:v1
          env: [{name: MESSAGE, value: ${message}}]
`;

describe.skipIf(!path)('kubectl (needs kubectl)', () => {
  const platform = usePlatform('kubectl');
  let kubectl: Program;
  let pod = '';
  const shell = ['-c', 'user-container'];

  beforeAll(async () => {
    const { up, at, slipway } = platform();
    const echo = join(root, 'test', 'conformance', 'parity', 'apps', 'echo');
    const built = await slipway('image', 'build', 'dev.local/echo:v1', echo, '--cmd', 'node echo.mjs');
    expect(built.code, built.stderr).toBe(0);
    kubectl = program(path ?? '', ['--kubeconfig', up.kubeconfig, '--cache-dir', at('cache')], {
      ...process.env,
      HOME: at('user'),
      EDITOR: at('editor'),
    });
    // An editor that changes what it is given.
    writeFileSync(at('editor'), '#!/bin/sh\nsed -i.bak s/three/four/ "$1"\n');
    chmodSync(at('editor'), 0o755);
    mkdirSync(at('user'));
  });
  const jsonPath = (what: string, expression: string) => kubectl.out(['get', what, '-o', `jsonpath={${expression}}`]);
  const message = () => jsonPath('ksvc/hello', '.spec.template.spec.containers[0].env[0].value');
  const ready = (what: string) => kubectl.out(['wait', what, '--for=condition=Ready', '--timeout=60s']);

  it('applies, waits and shows', async () => {
    const watching = kubectl.start('get', 'ksvc', '-w');
    expect(await kubectl.out(['apply', '-f', '-'], service('one'))).toBe('service.serving.knative.dev/hello created');
    // Its lists have defaults by now, so that a patch is sent; it changes nothing.
    expect(await kubectl.out(['apply', '-f', '-'], service('one'))).toContain('hello configured');
    expect(await jsonPath('ksvc/hello', '.metadata.generation')).toBe('1');
    expect(await ready('ksvc/hello')).toBe('service.serving.knative.dev/hello condition met');
    await watching.printed(/^NAME +URL +LATESTCREATED +LATESTREADY +READY +REASON\nhello[\s\S]*hello-00001 +True/);
    await watching.stop();
    const host = new URL(await jsonPath('ksvc/hello', '.status.url')).host;
    expect((await request(platform().up.ingress, { host })).status).toBe(200);
    expect(await kubectl.out(['get', 'pods,deploy,rev', '-o', 'wide'])).toMatch(
      /NODE +NOMINATED NODE +READINESS GATES\n.*2\/2 +Running[\s\S]*CONTAINERS +IMAGES +SELECTOR\n.*user-container,queue-proxy[\s\S]*ACTUAL REPLICAS +DESIRED REPLICAS\n/,
    );
    expect(await kubectl.out(['describe', 'ksvc', 'hello'])).toMatch(/Events:[\s\S]*Created Configuration "hello"/);
    expect(await kubectl.out(['events', '--for', 'ksvc/hello'])).toContain('Created Route "hello"');
    expect(await kubectl.out(['get', 'events.events.k8s.io'])).toContain('Created Route "hello"');
    pod = (await kubectl.out(['get', 'pod', '-o', 'name'])).replace('pod/', '');
  });

  it('explains, and says what it may do and what there is', async () => {
    expect(await kubectl.out(['explain', 'ksvc.spec.template.spec.containers.env'])).toMatch(
      /name\t<string> -required-/,
    );
    expect(await kubectl.out(['explain', 'pod.spec.containers', '--recursive'])).toContain('livenessProbe');
    expect(await kubectl.out(['auth', 'can-i', 'create', 'ksvc'])).toBe('yes');
    expect(await kubectl.out(['auth', 'can-i', '--list'])).toMatch(/^\*\.\* +\[\] +\[\] +\[\*\]/m);
    expect(await kubectl.out(['auth', 'whoami'])).toContain('slipway-admin');
    const resources = await kubectl.out(['api-resources', '-o', 'wide']);
    expect(resources).toMatch(
      /^services +kservice,ksvc +serving.knative.dev\/v1 +true +Service +\S+ +all,knative,serving/m,
    );
    expect(resources).toMatch(/^events +ev +events.k8s.io\/v1 +true +Event/m);
  });

  it('patches in three ways, labels, annotates, edits by script and replaces', async () => {
    const template = (value: string) => ({
      spec: { containers: [{ image: 'dev.local/echo:v1', env: [{ name: 'MESSAGE', value }] }] },
    });
    await kubectl.out([
      'patch',
      'ksvc/hello',
      '--type=merge',
      '-p',
      JSON.stringify({ spec: { template: template('two') } }),
    ]);
    expect(await message()).toBe('two');
    const replace = [{ op: 'replace', path: '/spec/template/spec/containers/0/env/0/value', value: 'three' }];
    await kubectl.out(['patch', 'ksvc/hello', '--type=json', '-p', JSON.stringify(replace)]);
    expect(await message()).toBe('three');
    expect(await kubectl.refused(['patch', 'ksvc/hello', '--type=strategic', '-p', '{}'])).toContain(
      'application/strategic-merge-patch+json',
    );
    expect(await kubectl.out(['edit', 'ksvc/hello'])).toBe('service.serving.knative.dev/hello edited');
    expect(await message()).toBe('four');
    // Its status is written once more when all has come: what is read below would be another version by then.
    await ready('ksvc/hello');
    await kubectl.out(['label', 'ksvc/hello', 'team=blue']);
    expect(await kubectl.refused(['label', 'ksvc/hello', 'team=red'])).toContain('already has a value (blue)');
    await kubectl.out(['annotate', 'ksvc/hello', 'note=x']);
    expect(await kubectl.out(['get', 'ksvc', '-l', 'team in (blue,green),!other', '-o', 'name'])).toContain('hello');
    const whole = JSON.parse(await kubectl.out(['get', 'ksvc/hello', '-o', 'json']));
    whole.metadata.labels = { team: 'green' };
    // Else what was applied last would have Knative's own annotations in it, and no later apply could take them out.
    delete whole.metadata.annotations['kubectl.kubernetes.io/last-applied-configuration'];
    await kubectl.out(['replace', '-f', '-'], JSON.stringify(whole));
    expect(await jsonPath('ksvc/hello', '.metadata.labels')).toBe('{"team":"green"}');
    expect(await kubectl.refused(['replace', '-f', '-'], JSON.stringify(whole))).toContain(
      'the object has been modified',
    );
  });

  it('strategic merge and set image merge lists by their keys', async () => {
    await kubectl.out(['create', 'deployment', 'd', '--image=dev.local/echo:v1', '--replicas=0']);
    const second = { spec: { template: { spec: { containers: [{ name: 'second', image: 'dev.local/echo:v1' }] } } } };
    await kubectl.out(['patch', 'deploy/d', '-p', JSON.stringify(second)]);
    await kubectl.out(['set', 'image', 'deploy/d', 'second=dev.local/other:v1']);
    expect(await jsonPath('deploy/d', '.spec.template.spec.containers[*].image')).toBe(
      'dev.local/other:v1 dev.local/echo:v1',
    );
    await kubectl.out(['delete', 'deploy/d']);
  });

  it('applies on the server: owns fields, meets conflicts, forces', async () => {
    const map = (value: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\ndata: {k: ${value}}\n`;
    const apply = ['apply', '--server-side', '-f', '-'];
    expect(await kubectl.out(apply, map('a'))).toBe('configmap/m serverside-applied');
    const other = [...apply, '--field-manager=other'];
    expect(await kubectl.refused(other, map('b'))).toMatch(/conflict with "kubectl": \.data\.k/);
    await kubectl.out([...other, '--force-conflicts'], map('b'));
    expect(await jsonPath('cm/m', '.data.k')).toBe('b');
    const managers = await kubectl.out([
      'get',
      'cm/m',
      '--show-managed-fields',
      '-o',
      'jsonpath={.metadata.managedFields[*].manager}',
    ]);
    expect(managers.split(' ')).toContain('other');
    expect(await kubectl.refused(['apply', '-f', '-'], `${service('x', '-bad')}  unknown: 1\n`)).toContain(
      'unknown field "spec.unknown"',
    );
    expect(await kubectl.out(['apply', '--dry-run=server', '-f', '-'], service('x', '-dry'))).toContain(
      'created (server dry run)',
    );
    expect(await kubectl.out(['get', 'ksvc', '-o', 'name'])).not.toContain('hello-dry');
  });

  it('shows the difference that an apply would make', async () => {
    const { code, stdout, stderr } = await kubectl.run(['diff', '-f', '-'], service('five'));
    expect(code, stderr).toBe(1);
    expect(stdout).toMatch(/^- +value: four\n\+ +value: five$/m);
  });

  it('reads logs as they come', async () => {
    await ready('ksvc/hello');
    const names = (
      await kubectl.out([
        'get',
        'pod',
        '-l',
        'serving.knative.dev/service=hello',
        '--sort-by=.metadata.creationTimestamp',
        '-o',
        'name',
      ])
    ).split('\n');
    pod = names.at(-1)?.replace('pod/', '') ?? '';
    const host = new URL(await jsonPath('ksvc/hello', '.status.url')).host;
    const following = kubectl.start('logs', '-f', pod, ...shell, '--tail=1');
    await following.printed(/listening on/);
    await request(platform().up.ingress, { host, path: '/?log=spoken-now' });
    await following.printed(/spoken-now/);
    await following.stop();
    expect(await kubectl.out(['logs', pod, ...shell, '--timestamps', '--tail=1', '--since=5m'])).toMatch(
      /^\d{4}-\d\d-\d\dT\S+Z .*spoken-now/,
    );
    expect((await kubectl.out(['logs', pod, ...shell, '--limit-bytes=5'])).length).toBeLessThanOrEqual(5);
    expect(await kubectl.refused(['logs', pod, '-c', 'nobody'])).toContain('container nobody is not valid for pod');
  });

  it('runs commands in an instance, and copies files into it and out', async () => {
    expect(await kubectl.out(['exec', pod, ...shell, '--', 'echo', 'from inside'])).toBe('from inside');
    expect(await kubectl.out(['exec', '-i', pod, ...shell, '--', 'cat'], 'over stdin')).toBe('over stdin');
    const failed = await kubectl.run(['exec', pod, ...shell, '--', 'sh', '-c', 'echo oops >&2; exit 7']);
    expect(failed).toMatchObject({ code: 7, stdout: '' });
    expect(failed.stderr).toContain('oops');
    const { at } = platform();
    writeFileSync(at('sent'), 'a file\n'.repeat(50_000));
    await kubectl.out(['cp', at('sent'), `${pod}:${at('inside')}`, ...shell]);
    await kubectl.out(['cp', `${pod}:${at('inside')}`, at('back'), ...shell]);
    expect(readFileSync(at('back')).equals(readFileSync(at('sent')))).toBe(true);
  });

  it('forwards ports to a pod and to a Service', async () => {
    for (const target of [`pod/${pod}`, 'svc/hello-00001-private']) {
      const port = target.startsWith('svc') ? ':80' : ':8080';
      const forwarding = kubectl.start('port-forward', target, port);
      const [, local] = await forwarding.printed(/Forwarding from 127\.0\.0\.1:(\d+)/);
      const answers = await Promise.all(
        [1, 2, 3].map(() => request({ host: '127.0.0.1', port: Number(local) }, { host: 'x', path: '/?text=through' })),
      );
      expect(answers.map(({ status, body }) => `${status} ${body}`)).toEqual(Array(3).fill('200 through'));
      await forwarding.stop();
    }
  });

  it('scales and follows a rollout', async () => {
    // With its port named each instance gets one of its own.
    await kubectl.out(['create', 'deployment', 'plain', '--image=dev.local/echo:v1', '--port=8080']);
    expect(await kubectl.out(['rollout', 'status', 'deploy/plain', '--timeout=60s'])).toContain(
      'successfully rolled out',
    );
    await kubectl.out(['scale', 'deploy/plain', '--replicas=2']);
    await kubectl.out(['rollout', 'status', 'deploy/plain', '--timeout=60s']);
    expect(await kubectl.out(['get', 'deploy/plain', '--no-headers'])).toMatch(/^plain +2\/2 +2 +2 /);
    expect(await kubectl.out(['rollout', 'history', 'deploy/plain'])).toMatch(/^1 +<none>/m);
    await kubectl.out(['autoscale', 'deploy/plain', '--max=3', '--cpu-percent=60']);
    expect(await kubectl.out(['get', 'hpa', 'plain', '--no-headers'])).toMatch(
      /^plain +Deployment\/plain +cpu: <unknown>\/60% +1 +3 +0 /,
    );
    await kubectl.out(['delete', 'hpa/plain']);
  });

  it('deletes in the background, in the foreground, and leaves orphans', async () => {
    const map = (name: string, owner: string) =>
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name, ownerReferences: owner ? [JSON.parse(owner)] : [] },
      });
    for (const policy of ['background', 'foreground', 'orphan']) {
      await kubectl.out(['create', '-f', '-'], map(`owner-${policy}`, ''));
      const uid = await jsonPath(`cm/owner-${policy}`, '.metadata.uid');
      const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: `owner-${policy}`, uid, blockOwnerDeletion: true };
      await kubectl.out(['create', '-f', '-'], map(`owned-${policy}`, JSON.stringify(owner)));
      expect(await kubectl.out(['delete', `cm/owner-${policy}`, `--cascade=${policy}`, '--timeout=30s'])).toContain(
        'deleted',
      );
      if (policy === 'orphan') expect(await jsonPath(`cm/owned-${policy}`, '.metadata.ownerReferences')).toBe('');
      else if (policy === 'foreground')
        expect(await kubectl.refused(['get', `cm/owned-${policy}`])).toContain('NotFound');
      else await kubectl.out(['wait', `cm/owned-${policy}`, '--for=delete', '--timeout=30s']);
    }
    await kubectl.out(['delete', 'ksvc,deploy', '--all', '--timeout=60s']);
    await kubectl.out(['wait', 'pod', '--all', '--for=delete', '--timeout=60s']);
    expect(await kubectl.out(['get', 'rev,rt,cfg,rs,pods,sks,kpa,king', '-o', 'name'])).toBe('');
  });

  it('attaches to an instance: its output, and its input where it has one', async () => {
    const script =
      'process.stdin.on("data",(d)=>console.log("got "+d)).on("end",()=>{console.log("end");process.exit(3)});setInterval(()=>console.log("beat"),100)';
    const run = ['run', 'fed', '--image=dev.local/echo:v1', '--restart=Never', '-i'];
    // `run -i` leaves when its input ends, which is the end of the container's: it is open once.
    const fed = kubectl.start(...run, '--command', '--', 'node', '-e', script);
    await fed.printed(/beat/);
    fed.child.stdin.end('one line');
    const { stdout, code } = await fed.ended;
    expect(stdout).toMatch(/got one line\n(beat\n)*end/);
    expect(code).toBe(3);
    await kubectl.out(['delete', 'pod/fed']);

    const open = { name: 'open', image: 'dev.local/echo:v1', command: ['node', '-e', script], stdin: true };
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'open' }, spec: { containers: [open] } };
    await kubectl.out(['create', '-f', '-'], JSON.stringify(pod));
    await ready('pod/open');
    for (const word of ['first', 'second']) {
      const attached = kubectl.start('attach', '-i', 'open');
      attached.child.stdin.write(word);
      await attached.printed(new RegExp(`got ${word}`));
      attached.child.stdin.end();
      expect((await attached.ended).code).toBe(0);
    }
    const watching = kubectl.start('attach', 'open');
    await watching.printed(/beat/);
    await kubectl.out(['delete', 'pod/open', '--grace-period=1']);
    expect((await watching.ended).code).toBe(0);
  });

  it('refuses what this platform has not, and says so', async () => {
    await kubectl.out(['create', 'deployment', 'plain', '--image=dev.local/echo:v1']);
    await kubectl.out(['rollout', 'status', 'deploy/plain', '--timeout=60s']);
    const [name = ''] = (await kubectl.out(['get', 'pod', '-l', 'app=plain', '-o', 'name'])).split('\n');
    const refused = await kubectl.refused(['debug', name, '--image=busybox', '--profile=general']);
    expect(refused).toContain('this platform adds no container to an instance');
    expect(await kubectl.refused(['get', 'nothing'])).toContain(`the server doesn't have a resource type "nothing"`);
    await kubectl.out(['delete', 'deploy/plain', '--cascade=foreground', '--timeout=60s']);
  });
});
