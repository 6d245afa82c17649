/** Texts that others write, made to take long: what reads them takes a time that grows with their length, and no faster. */
import { describe, expect, it } from 'vitest';
import { dockerfileCommand } from '../../../src/core/app/dockerfile-command.ts';
import { compiled, interpreted, nodeScripts } from '../../../src/core/app/languages.ts';
import { commandWords } from '../../../src/core/app/words.ts';
import { compilerProblems } from '../../../src/core/deploy/compiler-lines.ts';
import { readLine } from '../../../src/core/log-lines/line.ts';
import { ownPaths, shortCause, tellingLine } from '../../../src/core/short-cause.ts';
import { isManifest } from '../../../src/extension/manifests/files.ts';
import { findLinks } from '../../../webview/logs/links.ts';

/** Each of these took between half a minute and hours where it read a text from each of its characters on. */
const length = 200_000;
const patience = 2_000;
const parts = [
  '"',
  "\\'",
  '"\\',
  '${a:-',
  '=',
  'a',
  '/a',
  '/trees/',
  'a.',
  'a.b.',
  '-',
  '[',
  '\n',
  ' ',
  '- ',
  ':',
  'a:1:',
  'x.Error',
  'File "',
  '\u001b]8;;',
];
const document = (text: string) => ({
  uri: { scheme: 'file', fsPath: '/x/other.yaml', path: '/x/other.yaml' } as never,
  languageId: 'yaml',
  getText: () => text,
});
const line = (text: string) => ({ time: 0, revision: '', pod: '', text, mark: null, site: null });

const readers: [string, (text: string) => unknown][] = [
  ['the paths in a message', ownPaths],
  ['the short cause', shortCause],
  ['the telling line', (text) => tellingLine([text])],
  ['a start command', commandWords],
  ['links of a line', (text) => findLinks(`${text}:1`)],
  ['a line of the log', (text) => readLine(line(text), 0, undefined)],
  ['lines of compilers', (text) => compilerProblems([text], '/x')],
  ['whether a file is a manifest', (text) => isManifest(document(text))],
];

describe('a long text', () => {
  it.each(readers)('%s', (_, read) => {
    for (const part of parts) {
      const text = part.repeat(Math.ceil(length / part.length));
      const began = performance.now();
      read(text);
      expect(performance.now() - began, JSON.stringify(part)).toBeLessThan(patience);
    }
  });
});

describe('a project file', () => {
  const files = [
    'package.json',
    'go.mod',
    'main.go',
    'Cargo.toml',
    'pom.xml',
    'build.gradle',
    'settings.gradle',
    'a.csproj',
  ];
  const sources = ['Dockerfile', 'main.py', 'deno.json', 'Procfile'];
  const words = [
    ...[
      '<parent>',
      '<!--',
      '<build>',
      '<version>',
      '<version> ',
      '<AssemblyName>',
      '[package]\n',
      'name = "',
      'version ',
      'version=',
    ],
    ...[
      'rootProject.name = "',
      'module ',
      'func main()\n',
      'RUN go build ',
      '"tasks"',
      '{',
      'web:\n',
      'a:',
      'a :\n',
      'a = ',
    ],
    ...['CMD ', 'CMD ["', 'WORKDIR /a\n', '\\\n', ' ', '\n', 'x', "'"],
  ];
  it.each([...files, ...sources])('%s', async (name) => {
    for (const word of words) {
      const text = word.repeat(Math.ceil(length / word.length));
      // The others are there as far as this one is looked at.
      const read = async (path: string) => (path.endsWith(name) ? text : path === 'go.mod' ? 'module a/b' : undefined);
      const folder = { name: 'a', read, list: async () => [name] };
      const began = performance.now();
      await nodeScripts(folder);
      await compiled(folder);
      await interpreted(folder);
      dockerfileCommand(text);
      expect(performance.now() - began, JSON.stringify(word)).toBeLessThan(patience);
    }
  });
});

it('a manifest is known by a line of its own, and links of a long line are found', () => {
  expect(isManifest(document('# x\n\n\n  apiVersion: "serving.knative.dev/v1"\n'))).toBe(true);
  expect(isManifest(document('kind: List\nitems:\n- apiVersion: serving.knative.dev/v1\n'))).toBe(true);
  expect(isManifest(document('apiVersion:\n  serving.knative.dev/v1\n'))).toBe(false);
  expect(findLinks(`${'x '.repeat(2_000)}at run (/a/src/server.ts:12:3)`)).toMatchObject([
    { path: '/a/src/server.ts', line: 12, column: 3 },
  ]);
});
