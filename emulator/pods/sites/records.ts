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
  #pending = [createPending(), createPending()] as const;

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
    this.#pending[index].add({ site, length: Number(length), head, tail, at: this.#now() });
  }

  /** The statement that wrote this line, the next one of its stream; undefined where it is not exactly known. */
  take(stream: 'stdout' | 'stderr', text: string): Site | undefined {
    const plain = text.includes(separator) ? text.replaceAll(separator, ' ') : text;
    return this.#pending[stream === 'stdout' ? 0 : 1].take(plain, this.#now() - keptMs);
  }
}

/** Records that wait for their line, by what most tells lines apart; of those that look the same the first is taken first. */
function createPending() {
  const byLook = new Map<string, Pending[]>();
  let size = 0;
  const look = (length: number, head: string) => `${length} ${head.slice(0, 16)}`;
  return {
    add(record: Pending): void {
      const key = look(record.length, record.head);
      const list = byLook.get(key);
      if (list) list.push(record);
      else byLook.set(key, [record]);
      size++;
      for (const [oldest, gone] of byLook) {
        if (size <= keptRecords) break;
        byLook.delete(oldest);
        size -= gone.length;
      }
    },
    take(text: string, oldest: number): Site | undefined {
      const key = look(text.length, text);
      const list = byLook.get(key);
      if (!list) return undefined;
      const index = list.findIndex(
        ({ head, tail, at }) => at >= oldest && text.startsWith(head) && text.endsWith(tail),
      );
      if (index < 0) return undefined;
      const [found] = list.splice(index, 1);
      size--;
      if (list.length === 0) byLook.delete(key);
      return found?.site;
    },
  };
}
