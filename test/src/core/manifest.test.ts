/** Help with manifests: what is wrong, at the place; what mends it; where the cursor is; what the schemas say in both languages. */
import { describe, expect, it } from 'vitest';
import { admitManifest } from '../../../emulator/knative/validate-manifest.ts';
import { annotations } from '../../../src/core/manifest/annotations.ts';
import { readSchedule } from '../../../src/core/manifest/cron-words.ts';
import { cursorAt } from '../../../src/core/manifest/cursor.ts';
import { applyEdits, removeAt, setValue } from '../../../src/core/manifest/edits.ts';
import { type Finding, findingsOf, portFinding, slipwayFindings } from '../../../src/core/manifest/findings.ts';
import { fixesOf } from '../../../src/core/manifest/fixes.ts';
import { type Shape, shapeOf, slipwayShape, writtenKinds } from '../../../src/core/manifest/shape.ts';
import { locate, readSource } from '../../../src/core/manifest/source.ts';
import { schemaZhCn } from '../../../src/core/messages/schema-zh-cn.ts';

const head = 'apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata:\n  name: hello\n';
const service = (spec: string): string => `${head}spec:\n${spec}`;
const simple = '  template:\n    spec:\n      containers:\n        - image: dev.local/hello\n';

function found(text: string): { code: string; at: string; line: number; severity: string }[] {
  const source = readSource('service.yaml', text);
  return findingsOf(source).map(({ code, range, severity }) => ({
    code,
    at: text.slice(range.start, range.end),
    line: source.place(range).line,
    severity,
  }));
}

/** As an item of a list behind another one, as people and as kubectl write them; `lines` stand above. */
const asItem: [string, { lines: number; make: (text: string) => string }][] = [
  ['deeper than items:', { lines: 7, make: (text) => listOf('  ', text) }],
  ['at the column of items:', { lines: 7, make: (text) => `${listOf('', text)}metadata:\n  resourceVersion: ""\n` }],
  ['in a list', { lines: 9, make: (text) => `apiVersion: v1\nitems:\n${item('', listOf('  ', text))}kind: List\n` }],
];
const listOf = (pad: string, text: string): string =>
  `apiVersion: v1\nkind: List\nitems:\n${item(pad, 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n')}${item(pad, text)}`;
const item = (pad: string, text: string): string => `${pad}- ${text.replace(/\n(?=.)/g, `\n${pad}  `)}`;

/** Applies the first fix again and again until nothing is left to mend. */
function mended(text: string): string {
  let now = text;
  for (let round = 0; round < 20; round++) {
    const source = readSource('service.yaml', now);
    const fix = findingsOf(source)
      .map((finding) => fixesOf(source, finding)[0])
      .find((each) => each !== undefined);
    if (!fix) return now;
    now = applyEdits(now, fix.edits);
  }
  throw new Error(`fixes never end:\n${now}`);
}

const mistakes: [string, string, { code: string; at: string; line: number }][] = [
  [
    'an unknown field',
    service(`${simple}          imagePolicy: x\n`),
    { code: 'unknown', at: 'imagePolicy', line: 10 },
  ],
  ['a value out of bounds', service(`${simple}      timeoutSeconds: -5\n`), { code: 'bounds', at: '-5', line: 10 }],
  [
    'an item of a list',
    service(
      `${simple}          env:\n            - name: A\n              value: a\n            - name: PORT\n              value: b\n`,
    ),
    { code: 'refused', at: 'PORT', line: 13 },
  ],
  [
    'a wrong type, though Go names no index',
    service(
      `${simple}          env:\n            - name: A\n              value: a\n            - name: B\n              value: 5\n`,
    ),
    { code: 'wrongType', at: '5', line: 14 },
  ],
  [
    'an annotation with dots in its name',
    service(
      `  template:\n    metadata:\n      annotations:\n        autoscaling.knative.dev/min-scale: "x"\n    spec:\n      containers:\n        - image: dev.local/hello\n`,
    ),
    { code: 'invalid', at: '"x"', line: 9 },
  ],
  [
    'an annotation that is no text',
    service(
      `  template:\n    metadata:\n      annotations:\n        a/b: c\n        autoscaling.knative.dev/min-scale: 1\n    spec:\n      containers:\n        - image: dev.local/hello\n`,
    ),
    { code: 'wrongType', at: '1', line: 10 },
  ],
  [
    'a missing field: the key that it would stand under',
    service('  template:\n    spec:\n      containers:\n        - name: web\n'),
    { code: 'missing', at: 'name', line: 9 },
  ],
  [
    'a sum that is not 100',
    service(`${simple}  traffic:\n    - latestRevision: true\n      percent: 90\n`),
    { code: 'trafficSum', at: 'traffic', line: 10 },
  ],
  ['a name', `${head.replace('hello', 'Hello_World')}spec:\n${simple}`, { code: 'name', at: 'Hello_World', line: 4 }],
  [
    'a wrong API version',
    head.replace('/v1', '/v1alpha1'),
    { code: 'version', at: 'serving.knative.dev/v1alpha1', line: 1 },
  ],
  ['a misspelt kind', head.replace('Service', 'Servce'), { code: 'kind', at: 'Servce', line: 2 }],
  ['a key twice', `${head}kind: Service\n`, { code: 'syntax', at: 'kind', line: 5 }],
  [
    'a limit below the request, which the pod would be refused for',
    service(
      `${simple}          resources:\n            requests:\n              cpu: "2"\n            limits:\n              cpu: "1"\n`,
    ),
    { code: 'refused', at: 'requests', line: 11 },
  ],
];

describe('findings stand at the very place', () => {
  it.each(mistakes)('%s', (_, text, wanted) => {
    expect(found(text)).toContainEqual(expect.objectContaining(wanted));
  });

  describe.each(asItem)('in a list %s', (_, { lines, make }) => {
    it.each(mistakes)('%s', (_, text, wanted) => {
      expect(found(make(text))).toEqual(found(text).map((each) => ({ ...each, line: each.line + lines })));
      expect(found(make(text))).toContainEqual(expect.objectContaining({ ...wanted, line: wanted.line + lines }));
    });
  });

  it('a list with nothing in it yet is none, an item without anything is one', () => {
    const list = 'apiVersion: v1\nkind: List\nitems:\n';
    expect(found(list)).toEqual([]);
    expect(found(`${list}  - foo: 1\n`).map(({ code, line }) => [code, line])).toEqual([
      ['missing', 4],
      ['missing', 4],
      ['missing', 4],
    ]);
    expect(found(`${list}  -\n`)).toMatchObject([{ code: 'noObject', line: 4, severity: 'error' }]);
    // The one that it stands for is judged.
    const twice = `${list}  - &a\n    ${service(`${simple}      timeoutSeconds: -5\n`).replace(/\n(?=.)/g, '\n    ')}  - *a\n`;
    expect(found(twice).map(({ code, at }) => [code, at])).toEqual([
      ['bounds', '-5'],
      ['bounds', '-5'],
    ]);
  });

  it('in the second document of a file', () => {
    const text = `${service(simple)}---\napiVersion: sources.knative.dev/v1\nkind: PingSource\nmetadata:\n  name: p\nspec:\n  schedule: "99 * * * *"\n  sink:\n    uri: http://a\n`;
    expect(found(text)).toEqual([{ code: 'invalid', at: '"99 * * * *"', line: 16, severity: 'error' }]);
  });

  it('an application that ignores PORT, until the manifest says its port', () => {
    const source = readSource('service.yaml', service(simple));
    const finding = portFinding(source.documents[0] as never, 3000) as Finding;
    expect(source.place(finding.range).line).toBe(9);
    const after = applyEdits(source.text, fixesOf(source, finding)[0]?.edits ?? []);
    expect(after).toContain('          ports:\n            - containerPort: 3000\n');
    expect(portFinding(readSource('service.yaml', after).documents[0] as never, 3000)).toBeUndefined();
  });
});

const pageOfMistakes = `apiVersion: serving.knative.dev/v1
kind: Service
metadata:
  name: Hello_World
  annotations:
    autoscaling.knative.dev/minScale: "1" # keep one
spec:
  template:
    metadata:
      annotations:
        autoscaling.knative.dev/maxScale: 3
    spec:
      containerConcurency: 5
      timeoutSeconds: -5
      containers:
        - image: dev.local/hello
          env:
            - name: A
              value: 5
            - name: PORT
              value: "1"
  traffic:
    - latestRevision: true
      percent: 50
    - revisionName: hello-1
      percent: 30
`;

describe('quick fixes', () => {
  it('lead from a page of mistakes to what the platform accepts', () => {
    const after = mended(pageOfMistakes);
    const [document] = readSource('service.yaml', after).documents;
    expect(admitManifest(document?.value)?.errors).toEqual([]);
    expect(after).toContain('percent: 63');
    expect(after).toContain('percent: 37');
    expect(after).toContain('containerConcurrency: 5');
    expect(after).toContain('autoscaling.knative.dev/min-scale: "1"');
  });

  it.each(asItem)('in a list %s as in a plain document', (_, { make }) => {
    expect(mended(make(pageOfMistakes))).toBe(make(mended(pageOfMistakes)));
    // The first key of an item leaves its dash to the next.
    const wrong = `foo: 1\n${service(simple)}`;
    expect(mended(make(wrong))).toBe(make(service(simple)));
    // What is missing is written at the item's own column.
    expect(mended(make(head))).toBe(make(mended(head)));
  });

  it.each(['', '  template:\n    spec:\n      containers:\n        - name: web\n'])(
    'name an image that Knative takes also after one letter',
    (spec) => {
      const after = mended(service(spec).replace('hello', 'g'));
      expect(after).toContain('image: dev.local/app/g\n');
      expect(admitManifest(readSource('service.yaml', after).documents[0]?.value)?.errors).toEqual([]);
    },
  );

  it('give a probe the port that Knative does not fill in: the container’s, else its own', () => {
    const probes = (lines: string[]) => service(`${simple}${lines.map((line) => `          ${line}\n`).join('')}`);
    const text = probes([
      'ports:',
      '  - containerPort: 3000',
      'startupProbe:',
      '  httpGet:',
      '    path: /ready',
      'livenessProbe:',
      '  grpc: {}',
      '  periodSeconds: 5',
      'readinessProbe:',
      '  tcpSocket: {}',
    ]);
    expect(found(text).map(({ code, at, line }) => [code, at, line])).toEqual([
      ['probePort', 'httpGet', 13],
      ['probePort', 'grpc', 16],
    ]);
    expect(mended(text)).toBe(
      text
        .replace('path: /ready', 'path: /ready\n              port: 3000')
        .replace('grpc: {}', 'grpc: { port: 3000 }'),
    );
    const zero = probes(['startupProbe:', '  tcpSocket:', '    port: 0']);
    expect(found(zero)).toMatchObject([{ code: 'probePort', at: '0', line: 12 }]);
    expect(mended(zero)).toBe(zero.replace('port: 0', 'port: 8080'));
    // A port that there cannot be is another mistake.
    expect(found(zero.replace('port: 0', 'port: 70000'))).toMatchObject([{ code: 'refused', at: '70000' }]);
    expect(found(probes(['livenessProbe:', '  httpGet:', '    path: /']))).toEqual([]);
  });

  it('change nothing but what they mean', () => {
    const text = `# mine\n${service(`${simple}      containerConcurency: 5 # five\n`)}`;
    expect(mended(text)).toBe(text.replace('containerConcurency', 'containerConcurrency'));
  });

  it('spaces for a tab, a key once', () => {
    expect(mended(service(`${simple}\n`).replace('  template', '\ttemplate'))).toContain('\n  template:');
    expect(
      mended(service(`${simple}      timeoutSeconds: 5\n      timeoutSeconds: 6\n`)).match(/timeoutSeconds/g),
    ).toHaveLength(1);
  });

  it('in slipway.yaml', () => {
    const text = 'name: hello\nbiuld:\n  image: x\n';
    const source = readSource('/a/slipway.yaml', text);
    const args = { path: 'biuld', expected: 'build' };
    const place = { file: '/a/slipway.yaml', line: 2, column: 1, endLine: 2, endColumn: 6 };
    const [finding] = slipwayFindings(source, [{ code: 'UnknownField', args, place, severity: 'error' }]);
    const [fix] = fixesOf(source, finding as Finding);
    expect(applyEdits(text, fix?.edits ?? [])).toBe('name: hello\nbuild:\n  image: x\n');
  });
});

describe('edits', () => {
  const edited = (text: string, path: string, value: unknown): string => {
    const source = readSource('a.yaml', text);
    return applyEdits(text, setValue(source, source.documents[0] as never, path, value));
  };

  it.each([
    ['a value', 'a: 1 # one\n', 'a', 2, 'a: 2 # one\n'],
    ['a key without a value', 'a:\nb: 1\n', 'a', 'x', 'a: x\nb: 1\n'],
    ['a new key at the end of its group', 'a:\n  b: 1\nc: 2\n', 'a.d', 3, 'a:\n  b: 1\n  d: 3\nc: 2\n'],
    ['parents that are missing', 'a:\n  b: 1\n', 'c.d[0].e', 'x', 'a:\n  b: 1\nc:\n  d:\n    - e: x\n'],
    ['inside of braces', 'a: {b: 1}\n', 'a.c', 2, 'a: { c: 2, b: 1}\n'],
    ['an item of a list', 'a:\n  - b: 1\n    c: 2\n', 'a[0].d', 3, 'a:\n  - b: 1\n    c: 2\n    d: 3\n'],
    ['a text that looks like a number', 'a: b\n', 'a', '5', 'a: "5"\n'],
    ['in a file without an end of line', 'a: 1', 'b', 2, 'a: 1\nb: 2'],
  ])('%s', (_, text, path, value, wanted) => {
    expect(edited(text, path, value)).toBe(wanted);
  });

  it('take a list item’s first key and leave the dash', () => {
    const text = 'a:\n  - b: 1\n    c: 2\n';
    const source = readSource('a.yaml', text);
    const at = locate(source.documents[0] as never, 'a[0].b');
    expect(applyEdits(text, removeAt(source, at))).toBe('a:\n  - c: 2\n');
  });
});

describe('the cursor', () => {
  const at = (marked: string) => cursorAt(marked.replace('|', ''), marked.indexOf('|'));

  it.each([
    ['a key of the root', 'ki|', { role: 'key', path: [], typed: 'ki' }],
    ['a blank line in a group', 'spec:\n  template:\n    |\n', { role: 'key', path: ['spec', 'template'] }],
    ['the first key of an item', 'a:\n  - |', { role: 'key', path: ['a', 0], deeper: 2 }],
    ['a later key of an item', 'a:\n  - b: 1\n    c|', { role: 'key', path: ['a', 0], typed: 'c' }],
    [
      'a new line at the dash of the item above',
      'a:\n  - b: 1\n  |',
      { role: 'key', path: ['a', 0], prefix: '  ', deeper: 2 },
    ],
    ['a value', 'kind: Se|rv # x\n', { role: 'value', path: ['kind'], typed: 'Se' }],
    ['a value that is empty', 'a:\n  b: |\nc: 1\n', { role: 'value', path: ['a', 'b'] }],
    [
      'an annotation',
      'metadata:\n  annotations:\n    autoscaling.knative.dev/mi|',
      { role: 'key', path: ['metadata', 'annotations'], typed: 'autoscaling.knative.dev/mi' },
    ],
    [
      'in an item of a list of objects: from that on',
      'kind: List\nitems:\n  - kind: A\n  - kind: B\n    spec:\n      c|',
      { role: 'key', path: ['spec'], root: { kind: 'B', spec: {} } },
    ],
    ['in the second document', 'a: 1\n---\nb:\n  c|\n', { role: 'key', path: ['b'] }],
    ['among broken lines', 'a: [1\nb:\n  c|\n', undefined],
    ['in a comment', 'a: 1 # te|', undefined],
  ])('%s', (_, marked, wanted) => {
    const cursor = at(marked);
    if (wanted === undefined)
      expect(cursor?.path ?? undefined).toSatisfy((path) => path === undefined || Array.isArray(path));
    else expect(cursor).toMatchObject(wanted);
  });

  it('knows the keys that are there already', () => {
    expect([...(at('a: 1\nb: 2\n|\nc: 3\n')?.siblings ?? [])].sort()).toEqual(['a', 'b', 'c']);
  });
});

describe('schedules', () => {
  const now = Date.UTC(2026, 0, 1, 0, 0, 30);

  it('in words and with their next fires, in both languages', () => {
    expect(readSchedule('en', '*/5 * * * *', '', now)).toEqual({
      words: 'Every 5 minutes',
      fires: [1, 2, 3].map((n) => Date.UTC(2026, 0, 1, 0, 5 * n)),
      timezone: 'UTC',
    });
    expect(readSchedule('zh-cn', '0 8 * * 1-5', 'Asia/Shanghai', now)).toMatchObject({
      words: expect.stringMatching(/08:00/),
      timezone: 'Asia/Shanghai',
    });
    expect(readSchedule('en', '@hourly', '', now)).toMatchObject({ words: expect.stringMatching(/hour/) });
  });

  it('or why not, in the platform’s words', () => {
    expect(readSchedule('en', '99 * * * *', '', now)).toEqual({ error: 'end of range (99) above maximum (59): 99' });
  });
});

describe('words of the schemas', () => {
  const texts = new Set<string>();
  const walk = (shape: Shape | undefined): void => {
    if (!shape) return;
    if (shape.description) texts.add(shape.description);
    for (const inner of Object.values(shape.properties ?? {})) walk(inner);
    if (typeof shape.additionalProperties === 'object') walk(shape.additionalProperties);
    walk(shape.items);
  };
  walk(slipwayShape);
  for (const { group, kind, versions } of writtenKinds)
    for (const { name } of versions) walk(shapeOf({ apiVersion: `${group}/${name}`, kind }));

  it('are there in Chinese, all of them and no others', () => {
    expect([...texts].filter((text) => !schemaZhCn[text])).toEqual([]);
    expect(Object.keys(schemaZhCn).filter((text) => !texts.has(text))).toEqual([]);
  });

  it('annotations: their examples and values are accepted where they are offered', () => {
    for (const info of annotations.filter(({ written, kinds }) => !written && kinds.includes('Service'))) {
      for (const value of info.values ?? [info.example ?? '']) {
        const own = { [info.key]: value };
        const object = {
          apiVersion: 'serving.knative.dev/v1',
          kind: 'Service',
          metadata: {
            name: 'hello',
            ...(info.places.includes('object')
              ? { annotations: own }
              : info.places.includes('labels')
                ? { labels: own }
                : {}),
          },
          spec: {
            template: {
              metadata: { annotations: info.places.includes('template') ? own : {} },
              spec: { containers: [{ image: 'dev.local/hello' }] },
            },
          },
        };
        expect([info.key, value, admitManifest(object)?.errors]).toEqual([info.key, value, []]);
      }
    }
  });
});
