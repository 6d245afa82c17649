/** The lines that the view keeps and the numbers of those that pass the filter. Pure leaf. */
import type { LogLineView } from '../protocol.ts';
import { type Filter, type Matcher, matcher, noFilter } from './filter.ts';
import { type Line, readLine } from './lines.ts';

export class LogBuffer {
  maximum: number;
  #lines: Line[] = [];
  /** Number of the first line that is kept. */
  #first = 0;
  #next = 0;
  #shown: number[] = [];
  #matcher: Matcher = matcher(noFilter);
  #lastOfPod = new Map<string, Line>();
  #revisions = new Set<string>();

  constructor(maximum: number) {
    this.maximum = maximum;
  }

  get matcher(): Matcher {
    return this.#matcher;
  }

  /** How many lines pass the filter. */
  get shownCount(): number {
    return this.#shown.length;
  }

  /** How many are kept. */
  get count(): number {
    return this.#lines.length;
  }

  get dropped(): number {
    return this.#first;
  }

  /** Newest first. */
  get revisions(): string[] {
    return [...this.#revisions].sort().reverse();
  }

  /** Returns how many of the shown ones at the top left the view, so that the scroll position can follow. */
  add(views: readonly LogLineView[]): number {
    for (const view of views) {
      const known = view.revision === '' || this.#revisions.has(view.revision);
      if (!known) {
        const isNew = this.#revisions.size > 0;
        this.#revisions.add(view.revision);
        if (isNew) this.#push({ ...view, text: '', pod: '', mark: 'new revision' });
      }
      this.#push(view);
    }
    return this.#trim();
  }

  #push(view: LogLineView): void {
    const line = readLine(view, this.#next++, this.#lastOfPod.get(view.pod));
    if (line.mark === null) this.#lastOfPod.set(view.pod, line);
    else this.#lastOfPod.delete(view.pod);
    this.#lines.push(line);
    if (this.#matcher.test(line)) this.#shown.push(line.number);
  }

  #trim(): number {
    // In steps, so that a steady stream does not move the whole array with each line.
    const slack = Math.max(100, Math.floor(this.maximum / 20));
    if (this.#lines.length <= this.maximum + slack) return 0;
    const leaving = this.#lines.length - this.maximum;
    this.#lines.splice(0, leaving);
    this.#first += leaving;
    let gone = 0;
    while (gone < this.#shown.length && (this.#shown[gone] ?? 0) < this.#first) gone++;
    this.#shown.splice(0, gone);
    return gone;
  }

  filter(filter: Filter): void {
    this.#matcher = matcher(filter);
    this.#shown = this.#lines.filter((line) => this.#matcher.test(line)).map(({ number }) => number);
  }

  /** The `index`th line of those that pass the filter. */
  at(index: number): Line | undefined {
    const number = this.#shown[index];
    return number === undefined ? undefined : this.#lines[number - this.#first];
  }

  clear(): void {
    this.#first = this.#next;
    this.#lines = [];
    this.#shown = [];
    this.#lastOfPod.clear();
    this.#revisions.clear();
  }

  /** Forgets what was said before, for another service. */
  reset(): void {
    this.clear();
    this.#first = 0;
    this.#next = 0;
  }
}
