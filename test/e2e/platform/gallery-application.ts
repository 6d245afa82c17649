/** The application of a failure of the gallery, on the disk. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Failure, serves } from './gallery-failures.ts';

/** Its files on the disk: the usual ones, with what is its own over them. `namespace`: in the manifest, where none can be asked for. */
export function writeApplication(dir: string, name: string, failure: Failure, namespace?: string): void {
  const all: Record<string, string> = {
    'deploy/service.yaml': manifestOf(name, failure, namespace),
    'slipway.yaml': `name: ${name}\nbuild:\n  image: dev.local/${name}\nrun:\n  start: node app.js\n`,
    'app.js': serves,
    ...failure.files,
  };
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
}

/** Its own port, where it has one written down. */
export function withPort(failure: Failure, port: number): Failure {
  const files = Object.entries(failure.files ?? {}).map(([file, text]) => [file, text.replace('FREE', String(port))]);
  return { ...failure, files: Object.fromEntries(files) as Record<string, string> };
}

const indent = (text: string | undefined, by: number): string =>
  text === undefined
    ? ''
    : `${text
        .trimEnd()
        .split('\n')
        .map((line) => ' '.repeat(by) + line)
        .join('\n')}\n`;

function manifestOf(name: string, { container, metadata, revision, spec }: Failure, namespace?: string): string {
  return `apiVersion: serving.knative.dev/v1
kind: Service
metadata:
  name: ${name}
${namespace === undefined ? '' : `  namespace: ${namespace}\n`}spec:
  template:
${metadata === undefined ? '' : `    metadata:\n${indent(metadata, 6)}`}    spec:
${indent(revision, 6)}      containers:
        - image: dev.local/${name}
${indent(container, 10)}${indent(spec, 2)}`;
}
