/** From a place that an instance names to the workspace: through snapshots, source maps, edits; never a wrong line. */
import { transformSync } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { locate, type Place, type SourceFiles } from '../../../src/core/source/locate.ts';

type Disk = Record<string, string | { text: string; mtime: number }>;

const disk = (content: Disk): SourceFiles => {
  const at = (file: string) => {
    const found = content[file];
    return typeof found === 'string' ? { text: found, mtime: 1_000 } : found;
  };
  return {
    read: async (file) => at(file)?.text,
    mtime: async (file) => at(file)?.mtime,
    real: async (file) => file,
  };
};
const folders = ['/ws/shop', '/ws/other'];
const find = (place: Partial<Place> & { path: string }, content: Disk) =>
  locate({ line: 3, column: 1, ...place }, folders, disk(content));

describe('without knowing the instance’s folder', () => {
  const files = { '/ws/shop/src/server.ts': 'a', '/ws/shop/server.ts': 'b', '/ws/other/lib/x.py': 'c' };
  it.each([
    ['/ws/shop/src/server.ts', '/ws/shop/src/server.ts', 'same'],
    ['file:///state/images/ab12/tree/src/server.ts', '/ws/shop/src/server.ts', 'unknown'],
    ['./src/server.ts', '/ws/shop/src/server.ts', 'unknown'],
    ['server.ts', '/ws/shop/server.ts', 'unknown'],
    ['lib/x.py', '/ws/other/lib/x.py', 'unknown'],
  ])('%s → %s (%s)', async (path, file, text) => {
    expect(await find({ path }, files)).toEqual({ file, line: 3, column: 1, text });
  });
  it.each(['../../etc/passwd.conf', 'src/gone.ts', '/ws/shop/../../etc/x.ts'])('%s is nowhere', async (path) => {
    expect(await find({ path }, files)).toBeUndefined();
  });
});

describe('in a snapshot', () => {
  const root = '/state/trees/ab12';
  it('is the workspace’s file where the text is the same, and says so where it is not', async () => {
    const files = {
      '/ws/shop/a.js': 'same',
      '/ws/shop/b.js': 'new',
      [`${root}/a.js`]: 'same',
      [`${root}/b.js`]: 'old',
    };
    expect(await find({ path: 'a.js', root }, files)).toMatchObject({ file: '/ws/shop/a.js', text: 'same' });
    expect(await find({ path: `${root}/b.js` }, files)).toMatchObject({ text: 'changed', own: 'old' });
    expect(await find({ path: 'b.js', root }, files)).toMatchObject({ text: 'changed', own: 'old' });
    expect(await find({ path: 'c.js', root }, files)).toBeUndefined();
    // Not another file of that name.
    expect(await find({ path: 'lib/a.js', root }, { ...files, [`${root}/lib/a.js`]: 'x' })).toBeUndefined();
  });
});

describe('in place', () => {
  it('is the same as long as the file was not written since it was loaded', async () => {
    const files = { '/ws/shop/a.js': { text: 'x', mtime: 2_000.25 } };
    const place = { path: 'a.js', root: '/ws/shop' };
    expect(await find({ ...place, mtime: 2_000.25 }, files)).toMatchObject({ text: 'same' });
    expect(await find({ ...place, mtime: 1_000 }, files)).toMatchObject({ text: 'unknown' });
  });
});

describe('through a source map', () => {
  const source = 'interface A {}\n\nfunction f() {\n  console.log("hi");\n}\nf();\n';
  const made = (options: { content?: boolean; inline?: boolean }) =>
    transformSync(source, {
      loader: 'ts',
      sourcefile: '../src/a.ts',
      sourcemap: options.inline ? 'inline' : 'external',
      sourcesContent: options.content ?? true,
    });
  const compiled = (options: { content?: boolean; inline?: boolean }): Disk => {
    const { code, map } = made(options);
    return options.inline
      ? { '/ws/shop/dist/a.js': code }
      : { '/ws/shop/dist/a.js': `${code}//# sourceMappingURL=a.js.map\n`, '/ws/shop/dist/a.js.map': map };
  };
  const place = { path: 'dist/a.js', root: '/ws/shop', line: 2, column: 11 };

  it.each([{}, { inline: true }])('%o: leads to the source', async (options) => {
    const found = await find(place, { ...compiled(options), '/ws/shop/src/a.ts': source });
    expect(found).toEqual({ file: '/ws/shop/src/a.ts', line: 4, column: 11, text: 'same' });
  });

  it('tells a source that was edited since it was compiled', async () => {
    const edited = { ...compiled({}), '/ws/shop/src/a.ts': `// new\n${source}` };
    expect(await find(place, edited)).toMatchObject({ text: 'changed', own: source });
    const without = { ...compiled({ content: false }) };
    expect(await find(place, { ...without, '/ws/shop/src/a.ts': { text: source, mtime: 900 } })).toMatchObject({
      text: 'same',
    });
    expect(await find(place, { ...without, '/ws/shop/src/a.ts': { text: source, mtime: 1_100 } })).toMatchObject({
      text: 'unknown',
    });
  });

  it('of a snapshot, whose own map counts', async () => {
    const root = '/state/trees/cd34';
    const files: Disk = { '/ws/shop/src/a.ts': source };
    for (const [file, text] of Object.entries(compiled({}))) files[file.replace('/ws/shop', root)] = text;
    expect(await find({ ...place, root }, files)).toMatchObject({ file: '/ws/shop/src/a.ts', line: 4, text: 'same' });
  });

  it('gives nothing where the compiled file is another by now, or the map does not tell', async () => {
    const files = { ...compiled({}), '/ws/shop/src/a.ts': source };
    expect(await find({ ...place, mtime: 500 }, files)).toBeUndefined();
    const broken = { ...files, '/ws/shop/dist/a.js.map': JSON.stringify({ version: 3, sources: [], mappings: '' }) };
    expect(await find(place, broken)).toBeUndefined();
  });
});
