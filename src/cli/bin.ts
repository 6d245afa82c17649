/** The program: the real streams and signals around `main`. Kept free of static imports that an old Node cannot read. */

/** What the HTTP client under the Kubernetes client asks for; the lowest that was tried, too. */
export const lowest = '22.19.0';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 19)) {
  process.stderr.write(
    `slipway needs Node.js ${lowest} or newer; this is ${process.versions.node}. Install it from https://nodejs.org.\n`,
  );
  process.exit(1);
}

const interrupt = new AbortController();
let signals = 0;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    signals++;
    // A second one is impatience. What was started is ended by its own guardian.
    if (signals > 1) process.exit(130);
    interrupt.abort();
  });
}
// `slipway logs | head` ends when head does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') interrupt.abort();
  else throw error;
});

const { main } = await import('./main.ts');
process.exitCode = await main(process.argv.slice(2), {
  stdout: (text) => void process.stdout.write(text),
  stderr: (text) => void process.stderr.write(text),
  env: process.env,
  cwd: process.cwd(),
  interactive: process.stdin.isTTY === true && process.stderr.isTTY === true,
  signal: interrupt.signal,
});
