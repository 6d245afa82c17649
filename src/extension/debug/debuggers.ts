/** Which debugger attaches to an application, and what is told where none does. Nothing here imports vscode. */
import { join } from 'node:path';
import type { Debugging } from '../../../emulator/pods/ports.ts';
import {
  type Debugger,
  debuggerOf,
  isPythonServer,
  withoutShell,
} from '../../../emulator/pods/process/debug-command.ts';
import type { Application } from '../../core/app/model.ts';
import type { Say } from '../messages.ts';

/** What is read of the editor's extensions. */
export interface Extension {
  id: string;
  extensionPath: string;
  packageJSON: unknown;
}

/** What is looked for outside the editor. */
export interface Tools {
  /** Folder of the debugpy package that an extension brings. */
  bundledDebugpy(extensionPath: string): string | undefined;
  /**
   * A command of Python by its interpreter's file, which for a console script is the one that its first line names.
   * @returns undefined where that names none
   */
  throughInterpreter(argv: readonly string[], dir: string): string[] | undefined;
  /** Whether the interpreter of such a command has a debugpy of its own. */
  hasDebugpy(argv: readonly string[], dir: string): Promise<boolean>;
  /** The command line that installs it into an interpreter, by that one's file. */
  installsDebugpy(interpreter: string): string;
  /** File of `dlv`. */
  delve(): string | undefined;
}

export interface NoDebugger {
  text: string;
  /** One to install or to enable, where it is not there. */
  wanted?: string;
}

interface Language {
  name: string;
  /** Whether a start command of this program is one of its. */
  starts(program: string): boolean;
  extension: string;
  /** What Slipway starts it under, for an extension that contributes the type and works with another (`needs`); absent: it does not attach to it. */
  attached?: { debugger: Debugger; type: string; example: string; needs?: string };
}

const languages: readonly Language[] = [
  {
    name: 'JavaScript',
    starts: (program) => program === 'node',
    extension: 'ms-vscode.js-debug',
    attached: { debugger: 'node', type: 'node', example: 'node FILE' },
  },
  {
    name: 'Python',
    starts: (program) => /^(python[\d.]*|py|uv|poetry|pipenv)$/.test(program) || isPythonServer(program),
    extension: 'ms-python.debugpy',
    attached: { debugger: 'debugpy', type: 'debugpy', example: 'python -m MODULE' },
  },
  {
    name: 'Go',
    starts: (program) => program === 'go',
    extension: 'golang.go',
    attached: { debugger: 'delve', type: 'go', example: 'go run .' },
  },
  {
    name: 'Java',
    starts: (program) => /^(java|jshell|mvnw?|gradlew?)$/.test(program),
    extension: 'vscjava.vscode-java-debug',
    attached: { debugger: 'jdwp', type: 'java', example: 'java -jar FILE', needs: 'redhat.java' },
  },
  { name: 'C#', starts: (program) => program === 'dotnet', extension: 'ms-dotnettools.csharp' },
];

/** Resolves with what to start it under, or why there is nothing. */
export async function chooseDebugger(
  { name, dir, run }: Pick<Application, 'name' | 'dir' | 'run'>,
  extensions: readonly Extension[],
  tools: Tools,
  say: Say,
): Promise<{ debugging: Debugging; none?: never } | { debugging?: never; none: NoDebugger }> {
  const argv = withoutShell(run.dev ?? run.start ?? []);
  const program = argv[0]?.replace(/^.*[/\\]/, '').replace(/\.(exe|cmd|bat)$/, '') ?? '';
  const kind = debuggerOf(argv);
  // A start script has a name of its own.
  const language =
    languages.find((each) => each.starts(program)) ??
    languages.find(({ attached }) => kind !== undefined && attached?.debugger === kind);
  if (!language) return { none: { text: say('run.cannotDebug', { name }) } };
  const { attached, extension } = language;
  const isThere = (wanted: string) => extensions.some(({ id }) => id.toLowerCase() === wanted.toLowerCase());
  if (!attached) {
    const text = say('run.debugByItself', { name, language: language.name, extension });
    return { none: isThere(extension) ? { text } : { text, wanted: extension } };
  }
  const command = (example: string) => say('run.debugCommand', { name, command: argv.join(' '), example });
  if (!kind) return { none: { text: command(attached.example) } };
  const contributor = extensions.find((each) => contributes(each, attached.type));
  if (!contributor) {
    const missing = kind === 'node' ? 'run.debuggerOff' : 'run.debuggerMissing';
    return { none: { text: say(missing, { name, language: language.name, extension }), wanted: extension } };
  }
  const { needs } = attached;
  if (needs !== undefined && !isThere(needs)) {
    const text = say('run.debuggerNeeds', { name, language: language.name, extension, needs });
    return { none: { text, wanted: needs } };
  }
  if (kind === 'delve') {
    const tool = tools.delve();
    if (tool) return { debugging: { kind, tool } };
    const install = 'go install github.com/go-delve/delve/cmd/dlv@latest';
    return { none: { text: say('run.debugToolMissing', { name, tool: 'Delve', command: install }) } };
  }
  if (kind === 'node' || kind === 'jdwp') return { debugging: { kind, tool: undefined } };
  const started = tools.throughInterpreter(argv, dir);
  if (!started) return { none: { text: command(attached.example) } };
  // The extension's own before the interpreter's: it is the version that the extension speaks with, and launches with itself.
  const tool = tools.bundledDebugpy(contributor.extensionPath);
  if (tool || (await tools.hasDebugpy(started, dir))) return { debugging: { kind, tool } };
  const [interpreter = ''] = started;
  const install = tools.installsDebugpy(interpreter);
  return { none: { text: say('run.debugpyMissing', { name, interpreter, command: install }) } };
}

/** The one that comes with the editor or its language, or a nightly build: whoever contributes the type. */
function contributes({ packageJSON }: Extension, wanted: string): boolean {
  const { contributes: given } = packageJSON as { contributes?: { debuggers?: { type?: unknown }[] } };
  return given?.debuggers?.some?.(({ type }) => type === wanted) ?? false;
}

/** Of the session that attaches to an instance. */
export function attachConfiguration(
  kind: Debugger,
  { name, dir, pod, host, port }: { name: string; dir: string; pod: string; host: string; port: number },
) {
  // What the application writes comes from the platform, with all that a debugger does not see.
  const perKind = {
    node: {
      type: 'node',
      address: host,
      port,
      localRoot: dir,
      remoteRoot: dir,
      continueOnAttach: true,
      restart: false,
      timeout: 10_000,
      skipFiles: ['<node_internals>/**'],
      resolveSourceMapLocations: [`${dir}/**`, '!**/node_modules/**'],
      outputCapture: 'std',
    },
    debugpy: { type: 'debugpy', connect: { host, port }, redirectOutput: false },
    delve: { type: 'go', mode: 'remote', debugAdapter: 'dlv-dap', host, port, cwd: dir, stopOnEntry: false },
    // Without a project's name, which is the language server's own word for a folder. It knows where the sources of a project are, and is
    // told for the single file that it may know nothing of.
    jdwp: { type: 'java', hostName: host, port, sourcePaths: [dir, join(dir, 'src', 'main', 'java')] },
  };
  return {
    ...perKind[kind],
    request: 'attach',
    name: `${name} (${pod.split('-').at(-1) ?? pod})`,
    // For hold-time.ts.
    slipwayApplication: dir,
    slipwayPod: pod,
  };
}
