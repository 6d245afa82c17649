/**
 * Validation errors as Knative keeps and prints them (knative.dev/pkg apis.FieldError): a message, the paths it
 * concerns, details; merged by message and details, sorted, one a line.
 */

export interface FieldProblem {
  message: string;
  paths: string[];
  details: string;
  level: 'error' | 'warning';
}

/** What comes of joining a prefix and a path, also of `[0]` and `[key]`. */
function flatten(parts: string[]): string {
  const pieces = parts.flatMap((part) => part.split('.')).filter((piece) => piece !== '');
  let path = '';
  for (const piece of pieces) {
    // An index sticks to what is before it; a key with dots in it was split, and does not.
    path += path === '' || /^\[.*\]$/.test(piece) ? piece : `.${piece}`;
  }
  return path;
}

export class FieldError {
  readonly problems: readonly FieldProblem[];

  constructor(problems: readonly FieldProblem[]) {
    this.problems = problems;
  }

  get empty(): boolean {
    return this.problems.length === 0;
  }

  /** The same below `prefix`. */
  viaField(...prefix: string[]): FieldError {
    return new FieldError(
      this.problems.map((problem) => ({
        ...problem,
        paths: problem.paths.length > 0 ? problem.paths.map((path) => joined(prefix, path)) : [],
      })),
    );
  }

  viaIndex(index: number): FieldError {
    return this.viaField(`[${index}]`);
  }

  viaKey(key: string): FieldError {
    return this.viaField(`[${key}]`);
  }

  viaFieldIndex(field: string, index: number): FieldError {
    return this.viaIndex(index).viaField(field);
  }

  viaFieldKey(field: string, key: string): FieldError {
    return this.viaKey(key).viaField(field);
  }

  also(...others: (FieldError | undefined)[]): FieldError {
    const more = others.flatMap((other) => other?.problems ?? []);
    return more.length === 0 ? this : new FieldError([...this.problems, ...more]);
  }

  at(level: FieldProblem['level']): FieldError {
    return new FieldError(this.problems.map((problem) => ({ ...problem, level })));
  }

  filter(level: FieldProblem['level']): FieldError {
    return new FieldError(this.problems.filter((problem) => problem.level === level));
  }

  /** As Error() of Go: `message: path1, path2` and the details on the next line; '' when empty. */
  message(): string {
    return this.lines().join('\n');
  }

  /** The same, one text a problem. */
  lines(): string[] {
    return merged(this.problems).map(({ message, paths, details }) => {
      const head = `${message}: ${paths.join(', ')}`;
      return details === '' ? head : `${head}\n${details}`;
    });
  }

  /** Merged and sorted, one entry a message. */
  entries(): FieldProblem[] {
    return merged(this.problems);
  }
}

function joined(prefix: string[], path: string): string {
  // The path of "this very field" is the empty one.
  return flatten([...prefix, path]);
}

function merged(problems: readonly FieldProblem[]): FieldProblem[] {
  const byKey = new Map<string, FieldProblem>();
  for (const problem of problems) {
    const key = `${problem.level}-${problem.message}-${problem.details}`;
    const standing = byKey.get(key);
    if (standing) standing.paths = [...standing.paths, ...problem.paths];
    else byKey.set(key, { ...problem, paths: [...problem.paths] });
  }
  const out = [...byKey.values()];
  for (const problem of out) problem.paths = [...new Set(problem.paths)].sort(byCodePoint);
  return out.sort(
    (a, b) =>
      byCodePoint(a.message, b.message) ||
      byCodePoint(a.details, b.details) ||
      byCodePoint(a.paths.join(), b.paths.join()),
  );
}

function byCodePoint(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export const noError = new FieldError([]);

export function fieldError(message: string, paths: string[] = [''], details = ''): FieldError {
  return new FieldError([{ message, paths, details, level: 'error' }]);
}

export function all(...errors: (FieldError | undefined)[]): FieldError {
  return noError.also(...errors);
}

export function missingField(...paths: string[]): FieldError {
  return fieldError('missing field(s)', paths);
}

export function disallowedFields(...paths: string[]): FieldError {
  return fieldError('must not set the field(s)', paths);
}

export function invalidValue(value: unknown, path: string, details = ''): FieldError {
  return fieldError(`invalid value: ${String(value)}`, [path], details);
}

export function missingOneOf(...paths: string[]): FieldError {
  return fieldError('expected exactly one, got neither', paths);
}

export function missingOneOfAtLeast(...paths: string[]): FieldError {
  return fieldError('expected at least one, got none', paths);
}

export function multipleOneOf(...paths: string[]): FieldError {
  return fieldError('expected exactly one, got both', paths);
}

export function invalidKeyName(key: string, path: string, ...details: string[]): FieldError {
  return fieldError(`invalid key name ${JSON.stringify(key)}`, [path], details.join(', '));
}

export function outOfBounds(value: unknown, lower: unknown, upper: unknown, path: string): FieldError {
  return fieldError(`expected ${String(lower)} <= ${String(value)} <= ${String(upper)}`, [path]);
}
