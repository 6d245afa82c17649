/** Mistakes that every user makes: each gets clear words with a place and a fix, no stack, and the right exit code. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Fix } from '../../../src/core/deploy/fix.ts';
import { usePlatform } from '../../support/platform.ts';

const platform = usePlatform('mistakes', { DOCKER_HOST: 'unix:///nonexistent/docker.sock' });

/** An application of one file, with its manifest as text. */
function application(name: string, files: Record<string, string>): string {
  const dir = platform().at(name);
  mkdirSync(join(dir, 'deploy'), { recursive: true });
  const manifest = `apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata:\n  name: ${name}\nspec:\n  template:\n    spec:\n      containers:\n        - image: dev.local/${name}\n`;
  const all = {
    'deploy/service.yaml': manifest,
    'slipway.yaml': `name: ${name}\nbuild:\n  image: dev.local/${name}\nrun:\n  start: node app.js\n`,
    ...files,
  };
  for (const [path, text] of Object.entries(all)) writeFileSync(join(dir, path), text);
  return dir;
}

async function refusal(args: string[], code = 1): Promise<string> {
  const result = await platform().slipway(...args);
  expect(result.code, `${result.stdout}\n${result.stderr}`).toBe(code);
  const words = result.stderr + result.stdout;
  expect(words).not.toMatch(/^\s+at .*:\d+:\d+/m);
  return words;
}

it('bad YAML: file, line, column', async () => {
  const dir = application('bad-yaml', {
    'deploy/service.yaml': 'apiVersion: serving.knative.dev/v1\nkind: [Service\nmetadata:\n',
  });
  expect(await refusal(['deploy', dir])).toMatch(/service\.yaml:\d+:\d+/);
});

it('a field that is not there: what the platform says, not a crash', async () => {
  const dir = application('bad-field', {});
  writeFileSync(join(dir, 'app.js'), '');
  writeFileSync(
    join(dir, 'deploy', 'service.yaml'),
    'apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata:\n  name: bad-field\nspec:\n  template:\n    spec:\n      containerConcurrency: -3\n      containers:\n        - image: dev.local/bad-field\n',
  );
  expect(await refusal(['deploy', dir])).toContain('containerConcurrency');
});

it('a mistake before anything is done: the edit that mends it, the line, or the command', async () => {
  const remedyOf = async (...args: string[]) => {
    const { stdout } = await platform().slipway(...args, '--json');
    return (JSON.parse(stdout) as { error: { remedy?: Fix } }).error.remedy;
  };
  const text = 'name: typo\nbuild:\n  image: dev.local/typo\nrun:\n  strat: node app.js\n';
  const typo = application('typo', { 'slipway.yaml': text });
  expect(await remedyOf('deploy', typo)).toMatchObject({
    type: 'edit',
    place: { file: join(typo, 'slipway.yaml'), line: 5, column: 3, endColumn: 8 },
    text: 'start',
  });
  const syntax = application('syntax', {
    'deploy/service.yaml': 'apiVersion: serving.knative.dev/v1\nkind: [Service\n',
  });
  expect(await remedyOf('run', syntax)).toMatchObject({
    type: 'open',
    place: { file: join(syntax, 'deploy/service.yaml') },
  });
  expect(await remedyOf('ls', '--name', 'nowhere')).toMatchObject({
    type: 'command',
    command: 'startPlatform',
    line: 'slipway up --detach --name nowhere',
  });
});

it('an image of elsewhere beside the sources that make it: they are taken, and built', async () => {
  const dir = application('elsewhere', {
    'package.json': '{"scripts": {"start": "node app.js"}}\n',
    'app.js': "require('node:http').createServer((_, answer) => answer.end()).listen(process.env.PORT);\n",
  });
  rmSync(join(dir, 'slipway.yaml'));
  const manifest = join(dir, 'deploy', 'service.yaml');
  writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('dev.local/', 'registry.example.com/team/'));
  const { stdout } = await platform().slipway('deploy', dir, '--json');
  expect(JSON.parse(stdout)).toMatchObject({
    cause: { code: 'SourcesNotBuilt' },
    remedy: { type: 'command', command: 'adopt', line: `slipway adopt ${dir}` },
  });
  expect((await platform().slipway('adopt', dir)).code).toBe(0);
  const { code, stderr } = await platform().slipway('deploy', dir);
  expect(code, stderr).toBe(0);
});

it('a port of its own that is the one on which the platform takes requests: told as that', async () => {
  const { port } = platform().up.ingress;
  const dir = application('same-port', { 'app.js': `require('node:http').createServer(() => {}).listen(${port});\n` });
  // Comes before it by name, and starts nothing.
  mkdirSync(join(dir, 'a-client'));
  writeFileSync(join(dir, 'a-client', 'client.js'), `const port = ${port};\n`);
  const { stdout } = await platform().slipway('deploy', dir, '--json');
  expect(JSON.parse(stdout)).toMatchObject({
    cause: { code: 'AppPortIsGateway', args: { port: String(port) } },
    remedy: { type: 'edit', place: { file: join(dir, 'app.js') }, text: `Number(process.env.PORT ?? ${port})` },
  });
});

it('an unknown template: the names that there are', async () => {
  expect(await refusal(['new', 'cobol-web', platform().at('nope')])).toContain('node-web');
});

it('a folder that is not empty', async () => {
  const dir = application('occupied', {});
  await refusal(['new', 'node-web', dir]);
});

it('an unknown command: usage, exit code 2', async () => {
  await refusal(['frobnicate'], 2);
});

it('a percentage that does not add up', async () => {
  await refusal(['traffic', 'nobody', 'a=50', 'b=60']);
});

it('an application that exits at start: its last words in the verdict', async () => {
  const dir = application('exits', { 'app.js': "console.error('cannot find the moon');\nprocess.exit(3);\n" });
  const words = await refusal(['deploy', dir]);
  expect(words).toContain('cannot find the moon');
  expect(words).toMatch(/\b3\b/);
}, 180_000);

it('no application in the folder', async () => {
  mkdirSync(platform().at('empty'));
  expect(await refusal(['deploy', platform().at('empty')])).toContain('slipway.yaml');
});
