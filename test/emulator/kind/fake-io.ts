/** A machine on which kind's programs only write down what they were asked. */
import type { Command } from '../../../emulator/kind/commands.ts';
import type { KindIo } from '../../../emulator/kind/io.ts';
import { sha256 } from '../../../emulator/kind/releases.ts';

export interface FakeMachine extends KindIo {
  /** Every command, as one line each. */
  ran: string[];
  fetched: string[];
  files: Map<string, string>;
  clusters: Set<string>;
  /** Makes the first command whose line contains this fail. */
  failOn: string | undefined;
  /** Bytes that a URL gives instead of its right ones. */
  tampered: Map<string, string>;
  programs: Set<string>;
  memory: number;
  inotify: number | undefined;
  takenPorts: Set<number>;
}

const bytes = (text: string) => new TextEncoder().encode(text);

export function fakeMachine(overrides: Partial<FakeMachine> = {}): FakeMachine {
  const contentOf = (url: string) => `content of ${url}`;
  const answer = (line: string, command: Command<unknown>): string => {
    if (line.includes(' info ')) return JSON.stringify({ ServerVersion: '29.0.0', MemTotal: machine.memory, NCPU: 4 });
    if (line.endsWith('kind version')) return 'kind v0.33.0 go1.25.0 linux/amd64';
    if (/kind-v[\d.]+ version$/.test(line)) {
      if (!machine.files.has(command.command)) throw new Error('not found');
      return 'kind v0.33.0 go1.25.0 linux/amd64';
    }
    if (line.includes('get clusters')) return [...machine.clusters].join('\n');
    if (line.includes(' port ')) return '127.0.0.1:8099\n';
    const name = /--name (\S+)/.exec(line)?.[1] ?? '';
    if (line.includes('create cluster') || line.includes('export kubeconfig')) {
      machine.clusters.add(name);
      const file = /--kubeconfig (\S+)/.exec(line)?.[1] ?? '';
      machine.files.set(file, 'clusters:\n- cluster:\n    server: https://127.0.0.1:41234\n');
    }
    if (line.includes('delete cluster')) machine.clusters.delete(name);
    return '';
  };
  const machine: FakeMachine = {
    ran: [],
    fetched: [],
    files: new Map(),
    clusters: new Set(),
    failOn: undefined,
    tampered: new Map(),
    programs: new Set(['docker', 'kind']),
    memory: 8 * 1024 ** 3,
    inotify: 512,
    takenPorts: new Set(),
    async run(command) {
      const line = [command.command, ...command.args].join(' ');
      machine.ran.push(line);
      const output = answer(line, command);
      if (machine.failOn && line.includes(machine.failOn)) {
        machine.failOn = undefined;
        throw new Error('it broke');
      }
      return command.parse(output);
    },
    async fetch(url) {
      machine.fetched.push(url);
      if (url.endsWith('checksums.txt')) {
        const folder = url.slice(0, -'checksums.txt'.length);
        const names = [
          'serving-crds',
          'serving-core',
          'kourier',
          'eventing-crds',
          'eventing-core',
          'in-memory-channel',
          'mt-channel-broker',
        ];
        return bytes(
          names.map((name) => `${sha256(bytes(contentOf(`${folder}${name}.yaml`)))}  ${name}.yaml`).join('\n'),
        );
      }
      if (url.endsWith('.sha256sum')) {
        const of = url.slice(0, -'.sha256sum'.length);
        return bytes(`${sha256(bytes(contentOf(of)))}  ${of.slice(of.lastIndexOf('/') + 1)}\n`);
      }
      return bytes(machine.tampered.get(url) ?? contentOf(url));
    },
    find: (program) => (machine.programs.has(program) ? program : undefined),
    readText: async (file) => machine.files.get(file),
    write: async (file, content) => {
      machine.files.set(file, typeof content === 'string' ? content : new TextDecoder().decode(content));
    },
    remove: async (file) => {
      machine.files.delete(file);
    },
    portFree: async (port) => !machine.takenPorts.has(port),
    inotifyInstances: () => machine.inotify,
    now: () => 0,
    ...overrides,
  };
  return machine;
}
