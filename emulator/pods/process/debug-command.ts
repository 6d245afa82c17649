/**
 * A start command under the debugger of its language: only where that is plainly the same program with the same arguments. What is not
 * written here in full (an option that may take a value, a launcher, a shell with more to do than to start it) is left as it is. Pure leaf.
 */
import { argvOf, readCommandLine } from './shell-words.ts';

/** `node` is the inspector, of which the command says nothing. */
export type Debugger = 'node' | 'debugpy' | 'delve' | 'jdwp';

export const debuggers: readonly Debugger[] = ['node', 'debugpy', 'delve', 'jdwp'];

/** Console scripts of Python that servers are started by: each runs in the interpreter of its first line. */
const pythonServers = /^(uvicorn|gunicorn|hypercorn|flask|fastapi)$/;

const nameOf = (program: string | undefined) => program?.replace(/^.*[/\\]/, '').replace(/\.exe$/i, '') ?? '';

/**
 * What a shell starts that has nothing else to do (`sh -c 'exec gunicorn --bind :$PORT app:app'`); every other command as it is.
 * @param env values of its variables; without it they stand there as they are written
 */
export function withoutShell(argv: readonly string[], env?: Readonly<Record<string, string>>): readonly string[] {
  const [shell, option, text] = argv;
  if (argv.length !== 3 || option !== '-c' || text === undefined || !/^(ba|da|a|k)?sh$/.test(nameOf(shell)))
    return argv;
  const line = readCommandLine(text);
  return (line && argvOf(line, env)) ?? argv;
}

/** Which debugger can start this. */
export function debuggerOf(command: readonly string[] | undefined): Debugger | undefined {
  if (!command) return undefined;
  const argv = withoutShell(command);
  if (nameOf(argv[0]) === 'node') return 'node';
  if (targetOfPython(argv) !== undefined || isPythonServer(argv[0])) return 'debugpy';
  if (targetsOfGo(argv) > 0) return 'delve';
  return underJdwp(argv, 0) ? 'jdwp' : undefined;
}

export function isPythonServer(program: string | undefined): boolean {
  return pythonServers.test(nameOf(program));
}

/**
 * Waits on `port` for whoever debugs it, before a line of the application runs.
 * @param tool folder of the debugpy package; undefined = the one that the interpreter finds itself
 */
export function underDebugpy(argv: readonly string[], port: number, tool: string | undefined): string[] | undefined {
  const target = targetOfPython(argv);
  if (target === undefined) return undefined;
  return [
    ...argv.slice(0, target),
    // Else debugpy warns that it may miss breakpoints; interpreters that know nothing of it take no notice.
    '-Xfrozen_modules=off',
    ...(tool === undefined ? ['-m', 'debugpy'] : [tool]),
    '--listen',
    `127.0.0.1:${port}`,
    '--wait-for-client',
    ...argv.slice(target),
  ];
}

/** @param output file for the program that Delve builds: in the application's folder it would be a change of its sources */
export function underDelve(
  argv: readonly string[],
  port: number,
  { tool = 'dlv', output }: { tool: string | undefined; output: string },
): string[] | undefined {
  const targets = targetsOfGo(argv);
  if (targets === 0) return undefined;
  return [
    tool,
    'debug',
    '--headless',
    `--listen=127.0.0.1:${port}`,
    '--api-version=2',
    '--accept-multiclient',
    `--output=${output}`,
    ...argv.slice(2, 2 + targets),
    '--',
    ...argv.slice(2 + targets),
  ];
}

/** An own debugger of the command or of its environment: a JVM takes one only. */
const ownJdwp = /-(agentlib:jdwp|Xrunjdwp)\b\S*/;

/** Variables that a JVM, Maven's script or a start script takes options from. */
const javaOptions = ['JAVA_TOOL_OPTIONS', 'JDK_JAVA_OPTIONS', '_JAVA_OPTIONS', 'MAVEN_OPTS', 'JAVA_OPTS'];

/** What of Maven starts an application, and in which JVM that runs. */
const mavenGoals: readonly { goal: RegExp; runs: 'inMaven' | 'bySpring' | 'byQuarkus' }[] = [
  { goal: goalOf('exec', 'org\\.codehaus\\.mojo:exec-maven-plugin', 'java'), runs: 'inMaven' },
  { goal: goalOf('spring-boot', 'org\\.springframework\\.boot:spring-boot-maven-plugin', 'run'), runs: 'bySpring' },
  { goal: goalOf('quarkus', 'io\\.quarkus(\\.platform)?:quarkus-maven-plugin', 'dev'), runs: 'byQuarkus' },
];

/** What Gradle's `installDist` and Maven's appassembler make: they replace themselves with the one JVM. */
const startScript = /(^|[\\/])(build[\\/]install[\\/][^\\/]+|target[\\/]appassembler)[\\/]bin[\\/][^\\/]+$/;

function goalOf(prefix: string, plugin: string, name: string): RegExp {
  return new RegExp(`^(${prefix}|${plugin}(:[^:]+)?):${name}(@\\S+)?$`);
}

/**
 * A JVM that waits on `port` before its first line. The option goes to the one JVM that runs the application, never into
 * JAVA_TOOL_OPTIONS: every JVM on the way to it (Maven's, Gradle's, a compiler's) would take the port and wait, each says on stderr
 * what it picked up there, and what the application starts would inherit it.
 * @returns the command, and the variable that what starts the JVM takes options from, where it is not said in the command
 */
export function underJdwp(
  argv: readonly string[],
  port: number,
): { argv: string[]; added?: { variable: 'MAVEN_OPTS' | 'JAVA_OPTS'; option: string } } | undefined {
  const words = argv.slice(1);
  if (argv.some((word) => ownJdwp.test(word))) return undefined;
  // Quiet: else it tells its address among what the application writes.
  const option = `-agentlib:jdwp=transport=dt_socket,server=y,suspend=y,quiet=y,address=127.0.0.1:${port}`;
  const [program = ''] = argv;
  if (startScript.test(program)) return { argv: [...argv], added: { variable: 'JAVA_OPTS', option } };
  if (words.length === 0) return undefined;
  if (nameOf(program) === 'java') return { argv: [program, option, ...words] };
  if (!/^mvnw?(\.cmd)?$/.test(nameOf(program))) return undefined;
  const [found, ...more] = words.flatMap((word) => mavenGoals.filter(({ goal }) => goal.test(word)));
  if (!found || more.length > 0) return undefined;
  switch (found.runs) {
    case 'inMaven':
      return { argv: [...argv], added: { variable: 'MAVEN_OPTS', option } };
    case 'byQuarkus':
      return { argv: [...argv, `-Ddebug=${port}`, '-DdebugHost=127.0.0.1', '-Dsuspend=y'] };
    case 'bySpring': {
      const name = '-Dspring-boot.run.jvmArguments=';
      const at = words.findIndex((word) => word.startsWith(name));
      if (at === -1) return { argv: [...argv, `${name}${option}`] };
      return { argv: [program, ...words.with(at, `${words[at]} ${option}`)] };
    }
  }
}

/** The port of a debugger that the command has of its own, which takes no requests: Quarkus opens one unless it is told not to. */
export function ownDebugPort(command: readonly string[]): number | undefined {
  const argv = withoutShell(command);
  const said = (pattern: RegExp) => argv.map((word) => pattern.exec(word)).find((match) => match !== null);
  const isQuarkus = mavenGoals.some(({ goal, runs }) => runs === 'byQuarkus' && argv.some((word) => goal.test(word)));
  if (isQuarkus) {
    const port = said(/^-Ddebug=(.*)$/)?.[1] ?? 'true';
    return port === 'true' ? 5005 : Number(port) || undefined;
  }
  const inspector = nameOf(argv[0]) === 'node' ? said(/^--inspect(?:-brk|-wait)?(?:=(?:.*:)?(\d+))?$/) : undefined;
  if (inspector) return Number(inspector[1] ?? 9229);
  return Number(said(/^-(?:agentlib:jdwp|Xrunjdwp)\b.*\baddress=(?:[^,]*:)?(\d+)/)?.[1]) || undefined;
}

/** Without the debuggers that the user has there for every JVM; a second one would keep it from starting. */
export function withoutOwnJdwp(env: Readonly<Record<string, string>>): Record<string, string> {
  const changed = javaOptions.filter((name) => ownJdwp.test(env[name] ?? ''));
  const rest = changed.map((name) => [
    name,
    env[name]
      ?.split(/\s+/)
      .filter((word) => !ownJdwp.test(word))
      .join(' ') ?? '',
  ]);
  return Object.fromEntries(rest);
}

/** Index of the script, or of its `-m`; undefined where it is not plain. */
function targetOfPython(argv: readonly string[]): number | undefined {
  if (!/^python(\d+(\.\d+)*)?$/.test(nameOf(argv[0]))) return undefined;
  for (let at = 1; at < argv.length; at++) {
    const word = argv[at] ?? '';
    if (word === '-m') return argv[at + 1] === undefined ? undefined : at;
    if (word === '-X' || word === '-W') at++;
    // Without -I and -P: debugpy finds itself by the path that they leave out.
    else if (!/^-([bBdEOsuvq]+|[XW].+)$/.test(word)) return word === '' || word.startsWith('-') ? undefined : at;
  }
  return undefined;
}

/** How many words behind `go run` say what is run: its files, or one package of the module. */
function targetsOfGo(argv: readonly string[]): number {
  if (argv[0] !== 'go' || argv[1] !== 'run') return 0;
  const words = argv.slice(2);
  const files = words.findIndex((word) => !word.endsWith('.go') || word.startsWith('-'));
  if (files !== 0) return files === -1 ? words.length : files;
  return /^[^-@][^@]*$/.test(words[0] ?? '') ? 1 : 0;
}
