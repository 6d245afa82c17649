/** Tells on a loopback port, whose number it writes to SLIPWAY_BENCH_HEAP, how much the extension host holds after a collection. */
const { writeFileSync } = require('node:fs');
const { createServer } = require('node:http');
const { setFlagsFromString } = require('node:v8');
const { runInNewContext } = require('node:vm');

exports.activate = (context) => {
  const file = process.env.SLIPWAY_BENCH_HEAP;
  if (!file) return;
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  const server = createServer((_, response) => {
    collect();
    collect();
    const { heapUsed, external } = process.memoryUsage();
    response.end(JSON.stringify(heapUsed + external));
  });
  server.listen(0, '127.0.0.1', () => writeFileSync(file, String(server.address().port)));
  context.subscriptions.push({ dispose: () => server.close() });
};
