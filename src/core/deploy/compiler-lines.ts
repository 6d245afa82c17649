/** Errors in a build's output with their places, as tsc, go, Python, javac, rustc and C compilers write them. Pure. */
import { isAbsolute, join, normalize } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { SourcePlace } from '../codes.ts';

export interface CompilerProblem {
  place: SourcePlace;
  severity: 'error' | 'warning';
  message: string;
  /** TS2322, E0308…; '' where the compiler gives none. */
  code: string;
  source: 'ts' | 'go' | 'python' | 'javac' | 'rustc' | 'cc' | 'node';
}

interface Line {
  source: CompilerProblem['source'];
  pattern: RegExp;
}

/** One line has everything. Groups by name: file, line, column, severity, code, message. */
const whole: readonly Line[] = [
  {
    source: 'ts',
    pattern:
      /^(?<file>[^\s(].*?)\((?<line>\d+),(?<column>\d+)\): (?<severity>error|warning) (?<code>TS\d+): (?<message>.*)$/,
  },
  {
    source: 'ts',
    pattern:
      /^(?<file>[^\s:].*?):(?<line>\d+):(?<column>\d+) - (?<severity>error|warning) (?<code>TS\d+): (?<message>.*)$/,
  },
  {
    source: 'javac',
    pattern: /^(?<file>\S.*?\.(?:java|kt)):(?<line>\d+): (?<severity>error|warning): (?<message>.*)$/,
  },
  {
    source: 'javac',
    pattern: /^\[(?<severity>ERROR|WARNING)\] (?<file>\S+?\.java):\[(?<line>\d+),(?<column>\d+)\] (?<message>.*)$/,
  },
  { source: 'go', pattern: /^(?:vet: )?(?<file>[^\s:]+\.go):(?<line>\d+):(?<column>\d+): (?<message>.*)$/ },
  {
    source: 'cc',
    pattern:
      /^(?<file>[^\s:][^:]*?\.\w+):(?<line>\d+):(?<column>\d+): (?:fatal )?(?<severity>error|warning): (?<message>.*)$/,
  },
];

const rustHead = /^(?<severity>error|warning)(?:\[(?<code>E\d+)\])?: (?<message>.*)$/;
const rustPlace = /^\s*--> (?<file>\S.*?):(?<line>\d+):(?<column>\d+)$/;
const pythonPlace = /^\s*File "(?<file>[^"]+)", line (?<line>\d+)/;
const pythonError = /^(?:\*\*\* )?(?<message>(?:\w+\.)*\w*(?:Error|Exception|Warning)\b.*)$/;
const nodePlace = /^(?:file:\/\/)?(?<file>\/\S+?\.[cm]?[jt]sx?):(?<line>\d+)$/;
const nodeError = /^(?:Uncaught )?(?<message>(?:\w*Error)(?: \[\w+\])?: .*)$/;

/** Of a line, however long. */
const readLength = 4_000;

/** In the order of the output, each place once; files that are not below `dir` keep their path. */
export function compilerProblems(lines: readonly string[], dir: string): CompilerProblem[] {
  const found: CompilerProblem[] = [];
  let head: Record<string, string | undefined> | undefined;
  let place: Record<string, string | undefined> | undefined;
  let placeSource: CompilerProblem['source'] = 'python';
  const add = (
    source: CompilerProblem['source'],
    at: Record<string, string | undefined>,
    said: Record<string, string | undefined>,
  ): void => {
    const file = at['file'] ?? '';
    const line = Number(at['line'] ?? 1);
    const column = Number(at['column'] ?? 1);
    const path = isAbsolute(file) ? file : join(dir, normalize(file));
    if (found.some(({ place: known }) => known.file === path && known.line === line && known.column === column)) return;
    found.push({
      place: { file: path, line, column },
      severity: /warning/i.test(said['severity'] ?? '') ? 'warning' : 'error',
      message: said['message'] ?? '',
      code: said['code'] ?? '',
      source,
    });
  };
  for (const raw of lines) {
    const text = stripVTControlCharacters(raw.slice(0, readLength)).trimEnd();
    const one = whole
      .map(({ source, pattern }) => ({ source, groups: pattern.exec(text)?.groups }))
      .find(({ groups }) => groups);
    if (one?.groups) {
      add(one.source, one.groups, one.groups);
      continue;
    }
    const rust = rustPlace.exec(text)?.groups;
    if (rust && head) {
      add('rustc', rust, head);
      head = undefined;
      continue;
    }
    head = rustHead.exec(text)?.groups ?? head;
    const python = pythonPlace.exec(text)?.groups;
    const node = nodePlace.exec(text)?.groups;
    if (python || node) {
      place = python ?? node;
      placeSource = python ? 'python' : 'node';
      continue;
    }
    const error = place && (placeSource === 'python' ? pythonError : nodeError).exec(text)?.groups;
    if (place && error) {
      add(placeSource, place, error);
      place = undefined;
    }
  }
  return found;
}
