import { describe, expect, it } from 'vitest';
import { kindVersion } from '../../../emulator/kind/releases.ts';
import { checkKind, clusterName, type KindFault, kindDown, kindUp } from '../../../emulator/kind/up.ts';
import { fakeMachine } from './fake-io.ts';

const options = { name: 'default', data: '/data' };
const faultOf = async (promise: Promise<unknown>): Promise<KindFault> => {
  const error = await promise.then(
    () => undefined,
    (reason: KindFault) => reason,
  );
  if (!error) throw new Error('it did not fail');
  return error;
};

describe('kind up', () => {
  it('takes the steps in the order that Knative needs', async () => {
    const machine = fakeMachine();
    const steps: string[] = [];
    const platform = await kindUp(
      { ...options, port: 8099, onStep: (step, state) => state === 'done' && steps.push(step) },
      machine,
    );
    expect(steps).toEqual([
      'create the cluster',
      'apply the kinds of Serving',
      'wait until they are established',
      'apply Serving',
      'wait for Serving',
      'apply Kourier',
      'configure the ingress',
      'wait for the ingress controller',
      'wait for the gateway',
      'apply the kinds of Eventing',
      'wait until those are established',
      'apply Eventing',
      'wait for Eventing',
      'apply the in-memory channel',
      'apply the broker',
      'wait for the broker',
    ]);
    expect(platform).toMatchObject({
      engine: 'kind',
      context: 'kind-slipway-default',
      api: 'https://127.0.0.1:41234',
      ingress: { host: '127.0.0.1', port: 8099 },
      kubeconfig: '/data/kubeconfig',
      joined: false,
    });
    const touched = machine.ran.filter((line) => line.includes('kubeconfig') && !line.includes('admin.conf'));
    expect(touched.every((line) => line.includes('--kubeconfig /data/kubeconfig'))).toBe(true);
  });

  it.each([
    'no such command',
    'create cluster',
    'deployment --all -n knative-serving',
    'deployment --all -n kourier-system',
    'configmap/config-domain',
  ])('leaves nothing when %s fails', async (where) => {
    const machine = fakeMachine({ failOn: where });
    const outcome = kindUp(options, machine);
    if (where === 'no such command') {
      // The control: without a failure it must succeed.
      await expect(outcome).resolves.toMatchObject({ engine: 'kind' });
      return;
    }
    const error = await faultOf(outcome);
    expect(error).toMatchObject({ code: 'KindStep' });
    expect(error.message).toContain('it broke');
    expect([...machine.clusters]).toEqual([]);
    expect(machine.files.has('/data/kubeconfig')).toBe(false);
    expect(machine.ran.at(-1)).toContain('delete cluster --name slipway-default');
  });

  it('uses nothing of a file that is not what its checksum says', async () => {
    const machine = fakeMachine();
    const url = 'https://github.com/knative-extensions/net-kourier/releases/download/knative-v1.22.0/kourier.yaml';
    machine.tampered.set(url, 'kind: Backdoor');
    const error = await faultOf(kindUp(options, machine));
    expect(error.code).toBe('KindChecksum');
    expect(error.message).toContain(url);
    expect([...machine.clusters]).toEqual([]);
    expect(machine.ran.filter((line) => line.includes('kourier-system'))).toEqual([]);
  });

  it('says when taking back failed too', async () => {
    const machine = fakeMachine({ failOn: 'configmap/config-domain' });
    const run = machine.run;
    machine.run = (command, signal) =>
      command.args.includes('delete') ? Promise.reject(new Error('engine gone')) : run(command, signal);
    const error = await faultOf(kindUp(options, machine));
    expect(error.message).toContain('taking back failed: create the cluster: engine gone');
  });

  it('joins a cluster that is there, finishes it, and never deletes it', async () => {
    const machine = fakeMachine({ clusters: new Set(['slipway-default']), takenPorts: new Set([8080]) });
    const platform = await kindUp(options, machine);
    expect(platform).toMatchObject({ joined: true, ingress: { port: 8099 } });
    expect(machine.ran.some((line) => line.includes('create cluster'))).toBe(false);
    machine.failOn = 'configmap/config-domain';
    await faultOf(kindUp(options, machine));
    expect([...machine.clusters]).toEqual(['slipway-default']);
  });

  it('fetches kind once, verified, where PATH has none or another version', async () => {
    const machine = fakeMachine({ programs: new Set(['docker']) });
    await kindUp(options, machine);
    expect([...machine.files.keys()].some((file) => file.includes(`kind-${kindVersion}`))).toBe(true);
    const fetches = machine.fetched.filter((url) => url.includes('kubernetes-sigs/kind')).length;
    await kindDown(options, machine);
    expect(machine.fetched.filter((url) => url.includes('kubernetes-sigs/kind')).length).toBe(fetches);
  });

  it('stops between steps when it is cancelled, and takes back', async () => {
    const machine = fakeMachine();
    const controller = new AbortController();
    const error = await faultOf(
      kindUp(
        { ...options, signal: controller.signal, onStep: (step) => step === 'apply Serving' && controller.abort() },
        machine,
      ),
    );
    expect(error.step).toBe('apply Serving');
    expect([...machine.clusters]).toEqual([]);
  });
});

describe('kind down', () => {
  it('deletes only its own cluster', async () => {
    const machine = fakeMachine({ clusters: new Set(['slipway-default', 'kind']) });
    expect(await kindDown(options, machine)).toBe(true);
    expect([...machine.clusters]).toEqual(['kind']);
    expect(await kindDown(options, machine)).toBe(false);
  });

  it('makes a name that kind accepts', () => {
    expect(clusterName('My_Platform.2')).toBe('slipway-my-platform-2');
  });
});

describe('what kind needs', () => {
  const errorsOf = async (machine: ReturnType<typeof fakeMachine>) =>
    (await checkKind(machine))
      .filter(({ level }) => level === 'error')
      .map(({ id, fix }) => ({ id, fixed: fix !== undefined }));

  it('finds nothing to mend on a good machine', async () => {
    expect((await checkKind(fakeMachine())).every(({ level }) => level === 'ok')).toBe(true);
  });

  it.each([
    ['engine', { programs: new Set(['kind']) }],
    ['memory', { memory: 2 * 1024 ** 3 }],
    ['inotify', { inotify: 128 }],
    ['port', { takenPorts: new Set([8080]) }],
  ] as const)('names %s with its fix, and creates nothing', async (id, lacking) => {
    const machine = fakeMachine(lacking as Parameters<typeof fakeMachine>[0]);
    expect(await errorsOf(machine)).toEqual([{ id, fixed: true }]);
    const error = await faultOf(kindUp(options, machine));
    expect(error).toMatchObject({ code: 'KindUnready' });
    expect(machine.ran.some((line) => line.includes('create cluster'))).toBe(false);
  });

  it('tells an engine that is installed but not running from none', async () => {
    const machine = fakeMachine({ failOn: ' info ' });
    const [finding] = await checkKind(machine);
    expect(finding?.text).toContain('does not answer');
    expect(finding?.fix).toContain('Start Docker');
  });

  it('wants no inotify where there is none', async () => {
    expect((await checkKind(fakeMachine({ inotify: undefined }))).map(({ id }) => id)).not.toContain('inotify');
  });
});
