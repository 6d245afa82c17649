import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KnownWays } from '../../../src/core/app/known-ways.ts';
import { readApplication, readText } from '../../../src/core/app/model.ts';
import { Fault } from '../../../src/core/faults.ts';

let dir: string;
let ways: KnownWays;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'slipway-ways-'));
  ways = new KnownWays();
  write('slipway.yaml', 'name: shop\n');
  write(
    'deploy/service.yaml',
    'apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: shop}\nspec: {template: {spec: {containers: [{image: a/b}]}}}\n',
  );
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(dir, path)), { recursive: true });
  writeFileSync(join(dir, path), text);
}

/** As an editor does for each key. */
async function look() {
  let reads = 0;
  const { application, problems } = await readApplication(
    dir,
    (file) => {
      reads += 1;
      return readText(file);
    },
    ways,
  );
  return { reads, start: application?.run.start?.join(' '), problems };
}

describe('of an application that does not say how it is started', () => {
  it('its build files are read once, then only its manifests', async () => {
    write('app.py', '');
    const first = await look();
    expect(first.start).toBe('python3 app.py');
    expect(first.reads).toBeGreaterThan(10);
    expect(await look()).toEqual({ ...first, reads: 2 });
  });

  const two: [string, string] = ['Procfile', 'web: two\n'];
  it.each<[string, Record<string, string>, [string, string], (path: string) => boolean, string]>([
    ['a file is another', { Procfile: 'web: one\n' }, two, (path) => ways.changed(path), 'two'],
    ['a file comes', { 'app.py': '' }, two, (path) => ways.cameOrWent(path), 'two'],
    [
      'a file comes into a folder of it',
      {},
      ['public/index.php', ''],
      (path) => ways.cameOrWent(path),
      '/bin/sh -c php -S 0.0.0.0:$PORT -t public',
    ],
    ['a folder comes with all of it', { 'app.py': '' }, two, () => ways.cameOrWent(dirname(dir)), 'two'],
  ])('it is found anew when %s', async (_, files, [changed, text], tell, start) => {
    for (const each of Object.entries(files)) write(...each);
    expect((await look()).start).not.toBe(start);
    write(changed, text);
    expect(tell(join(dir, changed))).toBe(true);
    const { reads, start: now } = await look();
    expect(now).toBe(start);
    expect(reads).toBeGreaterThan(2);
  });

  it('it is found anew when something comes or goes in a folder that was listed', async () => {
    expect((await look()).start).toBeUndefined();
    write(
      'shop.csproj',
      '<Project Sdk="Microsoft.NET.Sdk.Web"><PropertyGroup><TargetFramework>net8.0</TargetFramework></PropertyGroup></Project>',
    );
    expect(ways.cameOrWent(join(dir, 'shop.csproj'))).toBe(true);
    expect((await look()).start).toContain('shop');
    rmSync(join(dir, 'shop.csproj'));
    expect(ways.cameOrWent(join(dir, 'shop.csproj'))).toBe(true);
    expect((await look()).start).toBeUndefined();
  });

  it('what it was not read from changes nothing, and another application neither', async () => {
    write('app.py', '');
    await look();
    expect(ways.changed(join(dir, 'README.md'))).toBe(false);
    expect(ways.cameOrWent(join(dir, 'logs', 'a.log'))).toBe(false);
    expect(ways.changed(join(`${dir}-other`, 'Procfile'))).toBe(false);
    expect((await look()).reads).toBe(2);
    ways.forget();
    expect((await look()).reads).toBeGreaterThan(10);
  });

  it('what changes while it is being found is not remembered', async () => {
    write('Procfile', 'web: one\n');
    let tell: (() => unknown) | undefined = () => ways.changed(join(dir, 'Procfile'));
    const { application } = await readApplication(
      dir,
      async (file) => {
        const text = await readText(file);
        if (file === join(dir, 'Procfile')) {
          write('Procfile', 'web: two\n');
          tell?.();
          tell = undefined;
        }
        return text;
      },
      ways,
    );
    expect(application?.run.start).toEqual(['one']);
    expect((await look()).start).toBe('two');
  });

  it('a file that cannot be read is told each time', async () => {
    write('app.py', '');
    const file = join(dir, 'Procfile');
    const read = async (path: string) => {
      if (path === file) throw new Fault('FileUnreadable', { file, detail: 'it is no regular file' });
      return readText(path);
    };
    for (const _ of [1, 2]) {
      const { problems } = await readApplication(dir, read, ways);
      expect(problems).toMatchObject([{ code: 'FileUnreadable', place: { file } }]);
    }
  });
});
