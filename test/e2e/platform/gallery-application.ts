/** A failure of the gallery: what it is, and its application on the disk. */
import type { Fix } from '../../../src/core/deploy/fix.ts';
import { writeFiles } from '../../support/places.ts';

export interface Ended {
  outcome?: string;
  serving?: string;
  cause: { code: string; args: Record<string, string | number> };
  /** A sentence. */
  fix: string;
  /** Not of what is refused before anything is done. */
  remedy?: Fix;
  evidence: {
    logs: string[];
    conditions: string[];
    place?: { file: string; line: number };
    problems?: { message: string; place: { file: string; line: number; column: number } }[];
  };
}

export interface Failure {
  name: string;
  /** In the gate too. */
  gate?: true;
  /** Files of the application over the default ones. */
  files?: Record<string, string>;
  /** Container fields, as YAML lines without their indentation. */
  container?: string;
  /** The same of the template's metadata, of the revision's spec, of the Service's spec. */
  metadata?: string;
  revision?: string;
  spec?: string;
  /** What is there before. */
  before?(dir: string): Promise<unknown> | unknown;
  args?: string[];
  /** Instead of a plain deploy. */
  deploy?(dir: string, deployed: () => Promise<Ended>): Promise<Ended>;
  cause: string;
  causeArgs?: Record<string, unknown>;
  /** File (from the application's directory) and a part of the line that the fix is at; after the edit: what it reads. */
  edits?: { file: string; gives: string };
  opens?: { file: string; line: string };
  runs?: { command: string; line: RegExp };
  /** In its last output, or conditions. */
  evidence?: RegExp;
  /**
   * With its fix the next deploy goes well: by itself (`true`), or with what the author writes where the fix has led. Left out where
   * nothing on this disk can mend it.
   */
  mends?: true | ((dir: string) => void);
}

export const serves = `require('http').createServer((_, answer) => answer.end('ok')).listen(process.env.PORT);\n`;

/** Its files on the disk: the usual ones, with what is its own over them. `namespace`: in the manifest, where none can be asked for. */
export function writeApplication(dir: string, name: string, failure: Failure, namespace?: string): void {
  const all: Record<string, string> = {
    'deploy/service.yaml': manifestOf(name, failure, namespace),
    'slipway.yaml': `name: ${name}\nbuild:\n  image: dev.local/${name}\nrun:\n  start: node app.js\n`,
    'app.js': serves,
    ...failure.files,
  };
  writeFiles(dir, all);
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
