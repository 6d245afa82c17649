/** What each logging statement of a file wrote: how often, and its last lines. Bounded, whatever comes. Pure. */
export interface Written {
  /** ms since the epoch. */
  time: number;
  /** As the log has it. */
  text: string;
  pod: string;
  revision: string;
  /** `namespace/name`. */
  service: string;
}

export interface Statement {
  /** From 1. */
  line: number;
  count: number;
  /** Newest first, at most ten. */
  last: Written[];
}

export const keptWritten = 10;
const keptStatements = 2_000;

export class Statements {
  #files = new Map<string, Map<number, Statement>>();
  #count = 0;

  add(file: string, line: number, written: Written): void {
    const lines = this.#files.get(file) ?? new Map<number, Statement>();
    this.#files.set(file, lines);
    let statement = lines.get(line);
    if (!statement) {
      if (this.#count >= keptStatements) return;
      this.#count++;
      statement = { line, count: 0, last: [] };
      lines.set(line, statement);
    }
    statement.count++;
    // Streams of several instances: what is newest counts, not what came last.
    const at = statement.last.findIndex(({ time }) => time <= written.time);
    statement.last.splice(at < 0 ? statement.last.length : at, 0, written);
    if (statement.last.length > keptWritten) statement.last.length = keptWritten;
  }

  /** By line. */
  of(file: string): Statement[] {
    return [...(this.#files.get(file)?.values() ?? [])].sort((one, other) => one.line - other.line);
  }

  has(file: string): boolean {
    return this.#files.has(file);
  }

  forget(file: string): void {
    this.#count -= this.#files.get(file)?.size ?? 0;
    this.#files.delete(file);
  }

  /** What a service wrote is not to be shown any more; how often is known only as a whole, so its statements go. */
  forgetService(service: string): void {
    for (const [file, lines] of this.#files) {
      for (const [line, { last }] of lines) {
        if (last.some((written) => written.service === service)) {
          lines.delete(line);
          this.#count--;
        }
      }
      if (lines.size === 0) this.#files.delete(file);
    }
  }
}
