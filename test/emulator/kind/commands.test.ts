import { describe, expect, it } from 'vitest';
import {
  createCluster,
  engineInfo,
  kindVersionOf,
  listClusters,
  mappedPort,
  serverIn,
} from '../../../emulator/kind/commands.ts';
import { checksumIn, kindBinary, knativeFile } from '../../../emulator/kind/releases.ts';

describe('commands of kind', () => {
  it('creates a cluster on loopback only, with its own kubeconfig and the ingress port mapped', () => {
    const command = createCluster('kind', 'docker', {
      cluster: 'slipway-a',
      image: 'node@sha256:1',
      ingressPort: 8081,
      kubeconfig: '/d/k',
    });
    expect(command.args).toEqual([
      'create',
      'cluster',
      '--name',
      'slipway-a',
      '--kubeconfig',
      '/d/k',
      '--wait',
      '180s',
      '--config',
      '-',
    ]);
    const config = JSON.parse(command.input ?? '') as { nodes: { image: string; extraPortMappings: object[] }[] };
    expect(config.nodes[0]?.image).toBe('node@sha256:1');
    expect(config.nodes[0]?.extraPortMappings).toEqual([
      { containerPort: 31080, hostPort: 8081, listenAddress: '127.0.0.1', protocol: 'TCP' },
    ]);
    expect(command.env).toEqual({ KIND_EXPERIMENTAL_PROVIDER: 'docker' });
  });

  it('reads what docker and podman say of themselves', () => {
    const docker = { ServerVersion: '29.1.0', MemTotal: 8_000_000_000, NCPU: 4 };
    expect(engineInfo('docker').parse(JSON.stringify(docker))).toEqual({
      version: '29.1.0',
      memoryBytes: 8e9,
      cpus: 4,
    });
    const podman = { host: { memTotal: 4e9, cpus: 2 }, version: { Version: '5.4.0' } };
    expect(engineInfo('podman').parse(JSON.stringify(podman))).toEqual({ version: '5.4.0', memoryBytes: 4e9, cpus: 2 });
  });

  it('takes a docker client without a server for no engine', () => {
    const answer = { ServerErrors: ['Cannot connect to the Docker daemon'], NCPU: 0 };
    expect(() => engineInfo('docker').parse(JSON.stringify(answer))).toThrow('Cannot connect');
  });

  it.each([
    ['kind v0.33.0 go1.25.0 linux/amd64\n', '0.33.0'],
    ['kind v0.34.0-alpha+abc go1.25.0 darwin/arm64', '0.34.0-alpha+abc'],
  ])('reads the version in %s', (stdout, version) => {
    expect(kindVersionOf('kind').parse(stdout)).toBe(version);
  });

  it('reads clusters, ports and the server', () => {
    expect(listClusters('kind', 'docker').parse('a\nslipway-b\n')).toEqual(['a', 'slipway-b']);
    expect(listClusters('kind', 'docker').parse('No kind clusters found.\n')).toEqual([]);
    expect(mappedPort('docker', 'slipway-b').parse('127.0.0.1:8080\n')).toBe(8080);
    expect(() => mappedPort('docker', 'slipway-b').parse('')).toThrow('maps no port');
    expect(serverIn('clusters:\n- cluster:\n    server: https://127.0.0.1:5\n')).toBe('https://127.0.0.1:5');
    expect(serverIn('')).toBeUndefined();
  });
});

describe('release files', () => {
  const hash = 'a'.repeat(64);
  it.each([
    [`${hash}  kind-linux-amd64\n`, 'kind-linux-amd64', hash],
    [`${hash.toUpperCase()} *kourier.yaml`, 'kourier.yaml', hash],
    [`${hash}  ./dist/kourier.yaml`, 'kourier.yaml', hash],
    [`${hash}  other.yaml`, 'kourier.yaml', undefined],
    [`${hash.slice(1)}  kourier.yaml`, 'kourier.yaml', undefined],
    ['<html>not found</html>', 'kourier.yaml', undefined],
  ])('finds a checksum in %j', (text, name, expected) => {
    expect(checksumIn(text, name)).toBe(expected);
  });

  it('knows where they are', () => {
    expect(kindBinary('darwin', 'arm64').name).toBe('kind-darwin-arm64');
    expect(() => kindBinary('aix', 'ppc64')).toThrow(RangeError);
    expect(knativeFile('net-kourier', 'kourier.yaml').url).toMatch(
      /^https:\/\/github\.com\/knative-extensions\/net-kourier\/releases\/download\/knative-v\d/,
    );
  });
});
