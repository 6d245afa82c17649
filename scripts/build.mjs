/**
 * Bundles everything into dist/. `--production` minifies and drops source maps (the package); `--watch` rebuilds on save.
 * Runs on any Node ≥ 20 once the dependencies are there.
 */

import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { faultsAtStart } from './lib/at-start.mjs';
import { ensureDependencies } from './lib/deps.mjs';
import { dist, root } from './lib/paths.mjs';
import { elapsed, say } from './lib/progress.mjs';
import { fail, ScriptError } from './lib/run.mjs';

/** Output (without extension) → source. Each runs in a process or thread of its own, so each is an entry. */
const nodeEntries = {
  cli: 'src/cli/bin.ts',
  platform: 'emulator/main.ts',
  dataplane: 'emulator/dataplane/worker.ts',
  guardian: 'emulator/pods/guardian-main.ts',
};
const extensionEntry = 'src/extension/extension.ts';
const extensionPart = /^extension[.-].*(cjs|js|cache)(\.map)?$/;

export async function build({ production = false, watch = false } = {}) {
  const began = Date.now();
  const esbuild = await import('esbuild');
  const contexts = configurations(production);
  if (watch) {
    for (const options of contexts) await (await esbuild.context(options)).watch();
    say('watching; Ctrl-C ends it');
    return;
  }
  const settled = await Promise.allSettled(contexts.map((options) => esbuild.build({ ...options, metafile: true })));
  const outputs = settled.flatMap((result) => Object.entries(result.value?.metafile.outputs ?? {}));
  const named = new Map();
  for (const [path, { bytes }] of outputs) {
    if (path.endsWith('.map')) continue;
    const name = relative(dist, join(root, path)).replace(/^extension-.*/, 'and its parts');
    named.set(name, (named.get(name) ?? 0) + bytes);
  }
  const sizes = [...named].map(([name, bytes]) => `${name} ${Math.round(bytes / 1024)} kB`);
  if (sizes.length > 0) say(`built ${sizes.join(', ')} in ${elapsed(began)}`);
  // esbuild has printed each error with its place.
  if (settled.some((result) => result.status === 'rejected')) throw new ScriptError('build: failed, see above');
}

/**
 * Of the Kubernetes client the core uses KubeConfig alone; the generated classes of every API (10 MB) come along unless the bundler
 * is told that they do nothing by being loaded. A dynamic import is not shaken, so it leads to a module that names what is used.
 */
const slimKubernetesClient = {
  name: 'slim-kubernetes-client',
  setup(builder) {
    const client = '@kubernetes/client-node';
    builder.onResolve({ filter: /^@kubernetes\/client-node$/ }, ({ kind, importer }) =>
      kind === 'dynamic-import' ? { path: importer, namespace: 'slim-kubernetes-client' } : undefined,
    );
    builder.onLoad({ filter: /.*/, namespace: 'slim-kubernetes-client' }, () => ({
      contents: `export { KubeConfig } from '${client}';`,
      resolveDir: root,
    }));
    const index = join(root, 'node_modules', '@kubernetes', 'client-node', 'dist', 'index.js');
    builder.onResolve({ filter: /^@kubernetes\/client-node$/ }, () => ({ path: index, sideEffects: false }));
    // Its own modules import each other by relative paths with their extension: no search is needed.
    builder.onResolve({ filter: /^\.\.?\/.*\.js$/ }, ({ path, resolveDir }) =>
      resolveDir.includes(join('@kubernetes', 'client-node'))
        ? { path: join(resolveDir, path), sideEffects: false }
        : undefined,
    );
  },
};

/**
 * A package that is CommonJS and import()ed has its names on `default` alone once it is a chunk of its own: a module between names them.
 */
const namesOfCommonJs = {
  name: 'names-of-common-js',
  setup(builder) {
    const namespace = 'names-of-common-js';
    const require = createRequire(join(root, 'package.json'));
    builder.onResolve({ filter: /^[^./]/ }, ({ kind, path, importer }) => {
      if (
        kind !== 'dynamic-import' ||
        isBuiltin(path) ||
        path.startsWith('node:') ||
        path === 'vscode' ||
        importer.includes('node_modules')
      )
        return undefined;
      return path === '@kubernetes/client-node' ? undefined : { path, namespace };
    });
    builder.onLoad({ filter: /.*/, namespace }, ({ path }) => {
      const names = Object.keys(require(path)).filter((name) => /^[A-Za-z_$][\w$]*$/.test(name) && name !== 'default');
      return { contents: `export { ${names.join(', ')} } from '${path}';`, resolveDir: root };
    });
  },
};

/**
 * The bundler splits ES modules only, and an extension host loads CommonJS soonest: the chunks are translated one by one. What was
 * import() becomes a require() at the moment it is asked for.
 */
const asCommonJs = (production) => ({
  name: 'as-common-js',
  setup(builder) {
    builder.onEnd(async ({ outputFiles, errors, metafile }) => {
      if (errors.length > 0) return undefined;
      const { transform } = builder.esbuild;
      mkdirSync(dist, { recursive: true });
      // What other extensions are written against travels with the package.
      copyFileSync(join(root, 'src', 'extension', 'slipway.d.ts'), join(dist, 'slipway.d.ts'));
      for (const name of readdirSync(dist)) if (extensionPart.test(name)) rmSync(join(dist, name));
      const parts = new Map();
      for (const { path, text } of outputFiles ?? []) {
        const { code, map } = await transform(withOneEditorApi(text), {
          format: 'cjs',
          platform: 'node',
          target: 'node22',
          supported: { 'dynamic-import': false },
          charset: 'utf8',
          minify: production,
          sourcemap: production ? false : 'external',
          sourcefile: basename(path),
          legalComments: production ? 'none' : 'inline',
          // CommonJS has no import.meta; the core asks it where the bundle is.
          banner: text.includes('__slipwayUrl')
            ? "const __slipwayUrl=require('node:url').pathToFileURL(__filename).href;"
            : '',
        });
        parts.set(basename(path), production ? code : `${code}//# sourceMappingURL=${basename(path)}.map\n`);
        if (!production) writeFileSync(`${path}.map`, map);
      }
      const write = (files) => {
        for (const [name, code] of files) writeFileSync(join(dist, name), code);
      };
      if (!production) return write(parts);
      const first = atOnce(parts);
      // One byte a character, so that the loader reads it without decoding anything.
      for (const name of first) {
        const options = { charset: 'ascii', minifyWhitespace: true, legalComments: 'none' };
        parts.set(name, (await transform(parts.get(name), options)).code);
      }
      const files = inOneFile(parts, first);
      write(files);
      const entry = relative(root, join(dist, extensionMain));
      const bytes = Buffer.byteLength(files.get('extension-main.js'));
      const faults = faultsAtStart(metafile, entry, bytes);
      for (const text of faults) say(`build: ${text}`);
      return { errors: faults.map((text) => ({ text })) };
    });
  },
});

/**
 * Translated as any namespace import, each module's would be a copy of the editor's API, a getter for each of its hundreds of names:
 * half of what loading took. The API is CommonJS and never reassigned, so it is used as it is. Stays on its line, for source maps.
 */
function withOneEditorApi(text) {
  return text.replaceAll(/\bimport ?\* ?as ([\w$]+) ?from ?"vscode";/g, 'const $1=require("vscode");');
}

const extensionMain = 'extension.cjs';

/** What a part requires at once; what it asks for later stands in a then(). */
function requiredAtOnce(code) {
  const atOnce = code.replaceAll(/\.then\(\(\) ?=> ?[\w$]+\(require\("[^"]+"\)/g, '');
  return [...atOnce.matchAll(/require\("\.\/(extension[^"]+\.cjs)"\)/g)].map((match) => match[1]);
}

/** The parts that run before anything is asked for. */
function atOnce(parts) {
  const first = new Set([extensionMain]);
  for (const name of first) for (const part of requiredAtOnce(parts.get(name) ?? '')) first.add(part);
  return first;
}

/**
 * What activation needs, in one file: opening a file costs more than running what is in it. The extension host reads the loader, which
 * runs that one. A part that is loaded later finds them through the files of their names. What is outside is required once, not by each
 * module that uses it: the extension host looks up whose request it is each time, also for the editor's API.
 */
function inOneFile(parts, first) {
  const files = new Map(parts);
  // The brackets tell the engine to compile each function at once, not to look it over first.
  const bodies = [...first].map((name) => `"./${name}":(function(module,exports,require){${parts.get(name)}\n})`);
  const code = `"use strict";const parts={${bodies.join(',\n')}},loaded={},outside={};
const load=(id)=>{if(!loaded[id]){if(!Object.hasOwn(parts,id))return outside[id]??=require(id);loaded[id]={exports:{}};parts[id](loaded[id],loaded[id].exports,load)}return loaded[id].exports};
module.exports=load("./${extensionMain}");Object.defineProperty(module.exports,"part",{value:load});
`;
  files.set('extension-main.js', code);
  const loader = readFileSync(join(root, 'scripts', 'lib', 'extension-loader.cjs'), 'utf8');
  files.set(extensionMain, loader.replace('SOURCE_HASH', createHash('sha256').update(code).digest('hex').slice(0, 16)));
  for (const name of first) {
    if (name !== extensionMain) files.set(name, `module.exports=require("./${extensionMain}").part("./${name}");\n`);
  }
  return files;
}

function configurations(production) {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const common = {
    absWorkingDir: root,
    bundle: true,
    minify: production,
    sourcemap: production ? false : 'linked',
    legalComments: production ? 'none' : 'inline',
    logLevel: 'warning',
    charset: 'utf8',
    plugins: [slimKubernetesClient],
    define: {
      'process.env.SLIPWAY_VERSION': JSON.stringify(version),
      'process.env.NODE_ENV': JSON.stringify(production ? 'production' : 'development'),
    },
    loader: { '.sql': 'text', '.yaml': 'text', '.svg': 'text', '.ttf': 'dataurl' },
  };
  // Optional native speed-ups of ssh2 (under dockerode): it does without them, and native code cannot be bundled.
  const external = ['*.node', 'cpu-features'];
  const all = [];
  const entries = Object.entries(nodeEntries).filter(([, source]) => present(source));
  if (entries.length > 0) {
    all.push({
      ...common,
      entryPoints: Object.fromEntries(entries.map(([name, source]) => [name, join(root, source)])),
      outdir: dist,
      outExtension: { '.js': '.mjs' },
      format: 'esm',
      platform: 'node',
      target: 'node22',
      // Not split into shared chunks: a dynamically imported CommonJS package would then have no named exports.
      external,
      // Dependencies that are CommonJS call require() for Node's own modules, and ask where they are.
      banner: {
        js: [
          "import{createRequire as __slipwayRequire}from'node:module';import{fileURLToPath as __slipwayPath}from'node:url';",
          "const require=__slipwayRequire(import.meta.url),__filename=__slipwayPath(import.meta.url),__dirname=__slipwayPath(new URL('.',import.meta.url));",
        ].join(''),
      },
    });
  }
  if (present(extensionEntry)) {
    all.push({
      ...common,
      entryPoints: { extension: join(root, extensionEntry) },
      outdir: dist,
      outExtension: { '.js': '.cjs' },
      chunkNames: 'extension-[name]-[hash]',
      // Split where the sources import() something, so that activation reads only what it runs; see asCommonJs.
      format: 'esm',
      splitting: true,
      write: false,
      sourcemap: production ? false : 'inline',
      platform: 'node',
      target: 'node22',
      external: ['vscode', ...external],
      plugins: [namesOfCommonJs, ...common.plugins, asCommonJs(production)],
      define: { ...common.define, 'import.meta.url': '__slipwayUrl' },
    });
  }
  const pages = webviewEntries();
  if (Object.keys(pages).length > 0) {
    all.push({
      ...common,
      entryPoints: pages,
      outdir: join(dist, 'webview'),
      format: 'iife',
      platform: 'browser',
      target: 'es2022',
    });
  }
  return all;
}

/** Every `webview/<page>/main.ts` (or `webview/<page>.ts` that has a `.css` of its name) is a page. */
function webviewEntries() {
  const folder = join(root, 'webview');
  const pages = {};
  if (!existsSync(folder)) return pages;
  for (const name of readdirSync(folder)) {
    const inside = join(folder, name);
    if (!statSync(inside).isDirectory()) continue;
    for (const file of ['main.ts', 'main.tsx']) {
      if (existsSync(join(inside, file))) pages[name] = join(inside, file);
    }
  }
  if (Object.keys(pages).length === 0) say('build: no page in webview/ yet, skipped');
  return pages;
}

function present(source) {
  if (existsSync(join(root, source))) return true;
  say(`build: ${source} does not exist, SKIPPED`);
  return false;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  ensureDependencies()
    .then(() => build({ production: process.argv.includes('--production'), watch: process.argv.includes('--watch') }))
    .catch(fail);
}
