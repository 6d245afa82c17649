import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ImageFile, ImagePlan } from '../../../emulator/capabilities/protocol.ts';
import { type ImageStore, openImageStore } from '../../../emulator/images/store.ts';
import { removeTree } from '../../../emulator/images/tree.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'slipway-images-'));
});
afterEach(() => removeTree(dir));

const sha256 = (content: string) => createHash('sha256').update(content).digest('hex');

function aFile(path: string, content: string, more: Partial<ImageFile> = {}): ImageFile {
  return { path, size: Buffer.byteLength(content), sha256: sha256(content), executable: false, ...more };
}

function aPlan(name: string, contents: Record<string, string>, more: Partial<ImagePlan> = {}): ImagePlan {
  const files = Object.entries(contents).map(([path, content]) => aFile(path, content));
  return { name, config: { cmd: ['node', 'server.js'], env: {} }, files, ...more };
}

async function build(store: ImageStore, name: string, contents: Record<string, string>) {
  const plan = aPlan(name, contents);
  const byDigest = new Map(Object.values(contents).map((content) => [sha256(content), content]));
  for (const digest of store.missing(plan)) await store.putBlob(digest, Buffer.from(byDigest.get(digest) ?? ''));
  return store.commit(plan);
}

const blobCount = () =>
  readdirSync(join(dir, 'blobs')).reduce((sum, folder) => sum + readdirSync(join(dir, 'blobs', folder)).length, 0);

describe('what is in an image', () => {
  it('is told by reference, and each file by its path', async () => {
    const store = await openImageStore(dir);
    const { reference } = await build(store, 'dev.local/app', { 'server.js': 'one', 'lib/a.js': 'two' });
    await build(store, 'dev.local/app', { 'server.js': 'newer' });
    expect(store.contents(reference).files.map(({ path }) => path)).toEqual(['lib/a.js', 'server.js']);
    expect(Buffer.from(await store.file(reference, 'server.js')).toString()).toBe('one');
    await expect(store.file(reference, '../names.json')).rejects.toMatchObject({ code: 404 });
    expect(() => store.contents('dev.local/none')).toThrow(/no image/);
  });
});

describe('images', () => {
  it('keeps a tree by content and gives it back read-only', async () => {
    const store = await openImageStore(dir, { now: () => 42 });
    const info = await build(store, 'dev.local/app', { 'server.js': 'one', 'lib/a.js': 'two', 'lib/b.js': 'two' });
    expect(info).toMatchObject({ name: 'dev.local/app', tag: 'latest', files: 3, bytes: 9, createdAt: 42 });
    expect(info.reference).toBe(`dev.local/app@${info.digest}`);
    expect(blobCount()).toBe(2);

    const { dir: tree, config } = await store.checkout(info.digest);
    expect(config.cmd).toEqual(['node', 'server.js']);
    expect(readFileSync(join(tree, 'lib/b.js'), 'utf8')).toBe('two');
    expect(statSync(join(tree, 'server.js')).mode & 0o777).toBe(0o444);
    expect(statSync(join(tree, 'lib')).mode & 0o777).toBe(0o555);
    expect((await store.checkout(info.digest)).dir).toBe(tree);
  });

  it('has one digest for the same content in any order, another for any difference', async () => {
    const store = await openImageStore(dir);
    const a = await build(store, 'dev.local/a', { x: '1', y: '2' });
    const b = await build(store, 'dev.local/b', { y: '2', x: '1' });
    expect(b.digest).toBe(a.digest);
    const other = await store.commit(
      aPlan('dev.local/a', { x: '1', y: '2' }, { config: { cmd: ['node', 'x'], env: {} } }),
    );
    expect(other.digest).not.toBe(a.digest);
    const plan = aPlan('dev.local/a', { x: '1', y: '2' });
    const executable = await store.commit({
      ...plan,
      files: plan.files.map((file) => ({ ...file, executable: true })),
    });
    expect(executable.digest).not.toBe(a.digest);
    expect(statSync(join((await store.checkout(executable.digest)).dir, 'x')).mode & 0o777).toBe(0o555);
  });

  it('resolves by tag, by digest, and by Docker Hub’s long name; survives being opened again', async () => {
    const first = await openImageStore(dir);
    const v1 = await build(first, 'my-app:v1', { a: '1' });
    const latest = await build(first, 'my-app', { a: '2' });
    const store = await openImageStore(dir);
    expect(store.resolve('my-app:v1')?.digest).toBe(v1.digest);
    expect(store.resolve('docker.io/library/my-app')?.digest).toBe(latest.digest);
    expect(store.resolve(`index.docker.io/library/my-app@${v1.digest}`)?.tag).toBe('v1');
    for (const unknown of [
      'my-app:v2',
      'other',
      'constructor',
      'my-app:constructor',
      'UPPER',
      `other@${v1.digest}`,
      '',
    ]) {
      expect(store.resolve(unknown), unknown).toBeUndefined();
    }
    expect(
      store
        .list()
        .map(({ tag }) => tag)
        .sort(),
    ).toEqual(['latest', 'v1']);
  });

  it('keeps an old digest when its tag moves on', async () => {
    const store = await openImageStore(dir);
    const one = await build(store, 'dev.local/app', { a: '1' });
    await build(store, 'dev.local/app', { a: '2' });
    expect(store.resolve(one.reference)).toMatchObject({ digest: one.digest, tag: '' });
    expect(readFileSync(join((await store.checkout(one.digest)).dir, 'a'), 'utf8')).toBe('1');
  });

  it('removes a name, and blobs and trees that nobody needs any more', async () => {
    const store = await openImageStore(dir);
    const a = await build(store, 'dev.local/a', { shared: 's', own: 'a' });
    const b = await build(store, 'dev.local/b', { shared: 's', own: 'b' });
    await store.checkout(a.digest);
    expect(await store.remove('dev.local/a')).toEqual(['dev.local/a:latest', a.reference]);
    expect(store.resolve(a.reference)).toBeUndefined();
    expect(blobCount()).toBe(2);
    expect(readdirSync(join(dir, 'trees'))).toEqual([]);
    expect(store.missing(aPlan('dev.local/b', { shared: 's', own: 'b' }))).toEqual([]);
    await expect(store.remove('dev.local/a')).rejects.toMatchObject({ reason: 'NotFound' });
    expect(await store.remove(b.reference)).toContain(b.reference);
    expect(blobCount()).toBe(0);
  });

  it('takes only the tag away where another one names the image', async () => {
    const store = await openImageStore(dir);
    const info = await build(store, 'dev.local/a:v1', { a: '1' });
    await build(store, 'dev.local/a:v2', { a: '1' });
    expect(await store.remove('dev.local/a:v1')).toEqual(['dev.local/a:v1']);
    expect(store.resolve('dev.local/a:v2')?.digest).toBe(info.digest);
  });

  it('does not remove what is in use, nor the blobs of an upload under way', async () => {
    const used = new Set<string>();
    const store = await openImageStore(dir, {
      usedBy: (digest) => (used.has(digest) ? 'revision a-00001' : undefined),
    });
    const info = await build(store, 'dev.local/a', { a: '1' });
    used.add(info.digest);
    await expect(store.remove('dev.local/a')).rejects.toThrow(/in use by revision a-00001/);
    used.clear();
    await store.putBlob(sha256('upload'), Buffer.from('upload'));
    await store.remove('dev.local/a');
    expect(store.missing(aPlan('dev.local/b', { u: 'upload' }))).toEqual([]);
  });

  it('refuses bytes that are not what their digest says, and a commit without its blobs', async () => {
    const store = await openImageStore(dir);
    await expect(store.putBlob(sha256('right'), Buffer.from('wrong'))).rejects.toMatchObject({ reason: 'BadRequest' });
    await expect(store.putBlob('../../x', Buffer.from('x'))).rejects.toMatchObject({ reason: 'BadRequest' });
    expect(readdirSync(join(dir, 'drafts'))).toEqual([]);
    await expect(store.commit(aPlan('dev.local/a', { a: 'right' }))).rejects.toMatchObject({ reason: 'Conflict' });
    expect(store.list()).toEqual([]);
  });

  it('lays links out and counts a blob that was cut short as absent', async () => {
    const store = await openImageStore(dir);
    const plan = aPlan('dev.local/a', { 'bin/run.js': 'run' });
    plan.files.push({ path: 'run', size: 0, sha256: '', executable: false, link: 'bin/run.js' });
    await store.putBlob(sha256('run'), Buffer.from('run'));
    const info = await store.commit(plan);
    const { dir: tree } = await store.checkout(info.digest);
    expect(readlinkSync(join(tree, 'run'))).toBe('bin/run.js');
    const blob = join(dir, 'blobs', sha256('run').slice(0, 2), sha256('run'));
    chmodSync(blob, 0o644);
    writeFileSync(blob, '');
    expect(store.missing(plan)).toEqual([sha256('run')]);
  });

  it('lays a tree out anew beside one that was changed', async () => {
    const first = await openImageStore(dir);
    const info = await build(first, 'dev.local/a', { a: 'right' });
    const { dir: tree } = await first.checkout(info.digest);
    chmodSync(join(tree, 'a'), 0o644);
    writeFileSync(join(tree, 'a'), 'wrong');
    const store = await openImageStore(dir);
    const again = await store.checkout(info.digest);
    expect(again.dir).not.toBe(tree);
    expect(readFileSync(join(again.dir, 'a'), 'utf8')).toBe('right');
  });

  it('runs an in-place image where the user’s files are, and says when that is gone', async () => {
    const store = await openImageStore(dir);
    const own = mkdtempSync(join(tmpdir(), 'slipway-own-'));
    const info = await store.commit({ ...aPlan('dev.local/a', {}), inPlace: own });
    expect(await store.checkout(info.digest)).toMatchObject({ dir: own });
    rmSync(own, { recursive: true });
    await expect(store.checkout(info.digest)).rejects.toThrow(/is not there/);
    await expect(store.commit({ ...aPlan('dev.local/a', {}), inPlace: 'relative' })).rejects.toThrow(/absolute/);
  });

  it('says so when the disk is full, and loses nothing', async () => {
    const store = await openImageStore(dir);
    const info = await build(store, 'dev.local/a', { a: '1' });
    const endless = async function* () {
      yield Buffer.from('part');
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    };
    await expect(store.putBlob(sha256('x'), endless())).rejects.toThrow(/no space left on the disk of the image store/);
    expect(readdirSync(join(dir, 'drafts'))).toEqual([]);
    expect(store.resolve('dev.local/a')?.digest).toBe(info.digest);
  });

  it('is whole after SIGKILL in the middle of commits', async () => {
    const script = `
      import { openImageStore } from ${JSON.stringify(new URL('../../../emulator/images/store.ts', import.meta.url).href)};
      import { createHash } from 'node:crypto';
      const store = await openImageStore(${JSON.stringify(dir)});
      for (let i = 0; ; i++) {
        const content = 'content ' + i;
        const digest = createHash('sha256').update(content).digest('hex');
        await store.putBlob(digest, Buffer.from(content));
        const file = { path: 'a', size: content.length, sha256: digest, executable: false };
        const info = await store.commit({ name: 'dev.local/app:v' + i, config: { cmd: ['x'], env: {} }, files: [file] });
        process.stdout.write(info.tag + ' ' + info.digest + '\\n');
        if (i % 3 === 0) await store.checkout(info.digest);
      }`;
    for (const lines of [3, 17]) {
      const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let output = '';
      for await (const chunk of child.stdout) {
        output += chunk;
        if (output.split('\n').length > lines) break;
      }
      const exited = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined;
      child.kill('SIGKILL');
      await exited;
      const store = await openImageStore(dir);
      const acknowledged = output
        .split('\n')
        .slice(0, -1)
        .map((line) => line.split(' '));
      expect(acknowledged.length).toBeGreaterThanOrEqual(lines);
      for (const [tag = '', digest = ''] of acknowledged) {
        expect(store.resolve(`dev.local/app:${tag}`)?.digest).toBe(digest);
        expect(existsSync(join((await store.checkout(digest)).dir, 'a'))).toBe(true);
      }
      expect(readdirSync(join(dir, 'drafts'))).toEqual([]);
    }
  });
});
