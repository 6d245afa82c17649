/** What the extension reads at the editor's start (dist/extension-main.js), and what it must not: a build of the package holds both. */

/** Bytes. */
export const largestAtStart = 164 * 1024;

/** Sources that are loaded when they are first used, by what they are for. */
const later = [
  ['dependencies', /^node_modules\//],
  [
    'a language that few editors speak',
    /zh-cn|^src\/core\/messages\/(core|phrases|cli|doctor|manifest|canary)\.ts$|^src\/extension\/catalogues\.ts$/,
  ],
  [
    'what commands, pages and tools do',
    /^src\/extension\/(commands\/(?!register\.ts|application\/made\.ts)|views\/(?!register|documents|image-documents|traffic-state)|tools\/(?!register|questions))/,
  ],
  [
    'what manifests are told',
    /^src\/core\/manifest\/|^src\/extension\/manifests\/(lenses|adopt-lens|finding-painter|language|completion|hover|words)\.ts$/,
  ],
  ['rows of the tree', /^src\/extension\/trees\/(applications-tree|hovers)\.ts$/],
  [
    'builds, deploys, runs and what went wrong with them',
    /^src\/core\/(deploy|run|logs|source)\/|^src\/extension\/(remedies|verdict-problems)\.ts$/,
  ],
  [
    'the client of a platform',
    /^src\/core\/(client|transport|services|revisions|domains|ping)\.ts$|^src\/core\/app\/(model|document|adopt)\.ts$/,
  ],
];

/**
 * Why this may not be what an editor's start reads; empty: it may. Pure.
 * @param metafile of the bundler, with the chunks as they are before they become one file
 * @param entry the chunk that is asked for, as a key of its outputs
 * @param bytes of that one file
 */
export function faultsAtStart({ outputs }, entry, bytes) {
  const chunks = new Set([entry]);
  for (const chunk of chunks) {
    for (const { path, kind } of outputs[chunk].imports)
      if (kind === 'import-statement' && outputs[path]) chunks.add(path);
  }
  const sources = [...chunks].flatMap((chunk) =>
    Object.entries(outputs[chunk].inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  );
  const faults = later.flatMap(([what, pattern]) => {
    const found = sources.filter((path) => pattern.test(path));
    return found.length === 0 ? [] : [`${what} must not be read at the start: ${found.join(', ')}`];
  });
  if (bytes > largestAtStart) faults.push(`what is read at the start has ${bytes} bytes, more than ${largestAtStart}`);
  return faults;
}
