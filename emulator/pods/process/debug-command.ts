/**
 * A start command under the debugger of its language: only where that is plainly the same program with the same arguments. What is not
 * written here in full (an option that may take a value, a launcher, a shell) is left as it is. Pure leaf.
 */

/** `node` is the inspector, of which the command says nothing. */
export type Debugger = 'node' | 'debugpy' | 'delve';

export const debuggers: readonly Debugger[] = ['node', 'debugpy', 'delve'];

/** Console scripts of Python that servers are started by: each runs in the interpreter of its first line. */
const pythonServers = /^(uvicorn|gunicorn|hypercorn|flask|fastapi)$/;

const nameOf = (program: string | undefined) => program?.replace(/^.*[/\\]/, '').replace(/\.exe$/i, '') ?? '';

/** Which debugger can start this. */
export function debuggerOf(argv: readonly string[] | undefined): Debugger | undefined {
  if (!argv) return undefined;
  if (nameOf(argv[0]) === 'node') return 'node';
  if (targetOfPython(argv) !== undefined || isPythonServer(argv[0])) return 'debugpy';
  return targetsOfGo(argv) > 0 ? 'delve' : undefined;
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
