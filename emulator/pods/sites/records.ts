/**
 * What the preloads tell, and which line each record belongs to. Fields are separated by U+001F, records by a newline; none is
 * longer than PIPE_BUF, so that writers do not cut each other:
 *
 * | record | fields |
 * | --- | --- |
 * | `h` | key, pid, thread, inode of stdout, inode of stderr: who speaks, and whether its output is the container's |
 * | `d` | key, pid, id, file, line, column (0 = unknown), mtime of the file in ms |
 * | `w` | key, pid, id, stream (1, 2), length in UTF-16 units, first 40 characters, last 16 (where longer): one line |
 *
 * A record is written before its line, but lines of worker threads come in another order, and some never do: a line takes the
 * first record that looks exactly like it, and what is not taken is forgotten.
 */

export interface Site {
  /** Absolute. */
  file: string;
  /** From 1. */
  line: number;
  /** From 1; 0 = unknown. */
  column: number;
  /** Of the file when the process loaded it, ms since the epoch. */
  mtime: number;
}

/** What is known of a container's own output: records of processes that write elsewhere are not its lines. */
export interface Outlet {
  pid: number;
  /** Inodes of stdout and stderr as the container has them; undefined where the system does not tell. */
  inodes: [string, string] | undefined;
}

interface Pending {
  site: Site;
  length: number;
  head: string;
  tail: string;
  at: number;
}

const keptRecords = 4_096;
const keptMs = 5_000;
const keptSites = 20_000;
const separator = '\u001f';

export class InstanceSites {
  readonly #outlet: Outlet;
  readonly #now: () => number;
  /** pid → whether its stdout and stderr are the container's. */
  #writers = new Map<string, [boolean, boolean]>();
  #sites = new Map<string, Site>();
  #pending: [Pending[], Pending[]] = [[], []];

  constructor(outlet: Outlet, now: () => number = () => performance.now()) {
    this.#outlet = outlet;
    this.#now = now;
  }

  /** Fields of one record, its kind and key included. Anything odd is passed over. */
  add(fields: readonly string[]): void {
    const [kind, , pid = ''] = fields;
    if (kind === 'h') {
      const { inodes } = this.#outlet;
      const direct = Number(pid) === this.#outlet.pid;
      this.#writers.set(
        pid,
        inodes
          ? [fields[4] === inodes[0] && inodes[0] !== '', fields[5] === inodes[1] && inodes[1] !== '']
          : [direct, direct],
      );
    } else if (kind === 'd') this.#define(pid, fields);
    else if (kind === 'w') this.#written(pid, fields);
  }

  #define(pid: string, fields: readonly string[]): void {
    const [, , , id = '', file = '', line, column, mtime] = fields;
    const site = { file, line: Number(line), column: Number(column), mtime: Number(mtime) };
    if (file === '' || !(site.line > 0) || !(site.column >= 0) || !(site.mtime > 0)) return;
    if (this.#sites.size < keptSites) this.#sites.set(`${pid} ${id}`, site);
  }

  #written(pid: string, fields: readonly string[]): void {
    const [, , , id = '', stream, length, head = '', tail = ''] = fields;
    const index = stream === '1' ? 0 : 1;
    const site = this.#sites.get(`${pid} ${id}`);
    if (!site || !this.#writers.get(pid)?.[index]) return;
    const list = this.#pending[index];
    list.push({ site, length: Number(length), head, tail, at: this.#now() });
    if (list.length > keptRecords) list.splice(0, list.length - keptRecords);
  }

  /** The statement that wrote this line, the next one of its stream; undefined where it is not exactly known. */
  take(stream: 'stdout' | 'stderr', text: string): Site | undefined {
    const list = this.#pending[stream === 'stdout' ? 0 : 1];
    if (list.length === 0) return undefined;
    const oldest = this.#now() - keptMs;
    let gone = 0;
    while (gone < list.length && (list[gone]?.at ?? 0) < oldest) gone++;
    if (gone > 0) list.splice(0, gone);
    const plain = text.includes(separator) ? text.replaceAll(separator, ' ') : text;
    const index = list.findIndex(
      ({ length, head, tail }) => length === plain.length && plain.startsWith(head) && plain.endsWith(tail),
    );
    return index < 0 ? undefined : list.splice(index, 1)[0]?.site;
  }
}
