/**
 * The package's extension.cjs: runs extension-main.js with what the engine made of it the last time, which is a third of the time that
 * reading the source anew takes. The cache lies beside the source, so who could change it could change the code; its name says of
 * which source, engine and machine it is, the engine looks at the rest, and where it may not be written all goes on without it.
 */
const { readFileSync, renameSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { Script } = require('node:vm');

const source = join(__dirname, 'extension-main.js');
const cache = join(__dirname, `extension-SOURCE_HASH-${process.versions.v8}-${process.arch}.cache`);

let cachedData;
try {
  cachedData = readFileSync(cache);
} catch {
  // The first start.
}
const code = `(function(exports,require,module,__filename,__dirname){${readFileSync(source, 'utf8')}\n})`;
const script = new Script(code, { filename: source, cachedData });
script.runInThisContext()(exports, require, module, __filename, __dirname);

// Once the editor is at rest; by then what activation calls is compiled, and is kept too.
if (cachedData === undefined || script.cachedDataRejected) setTimeout(keep, 5_000).unref();

function keep() {
  try {
    const own = `${cache}.${process.pid}`;
    writeFileSync(own, script.createCachedData());
    // At once or not at all: another window may be reading it.
    renameSync(own, cache);
  } catch {
    // A folder that is read only.
  }
}
