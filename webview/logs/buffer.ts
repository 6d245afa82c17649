/** The lines that the view keeps and the numbers of those that are shown: hits, and lines around them. Pure leaf. */

import { type Line, readLine } from '../../src/core/log-lines/line.ts';
import type { LogLineView } from '../protocol.ts';
import { type Filter, type Matcher, matcher, noFilter } from './filter.ts';

const keptPods = 200;

export class LogBuffer {
  maximum: number;
  #lines: Line[] = [];
  /** Number of the first line that is kept. */
  #first = 0;
  #next = 0;
  #shown: number[] = [];
  #matcher: Matcher = matcher(noFilter);
  /** Numbers of the last lines that are not shown but would be before a hit. */
  #before: number[] = [];
  /** So many of the next lines belong to the last hit. */
  #after = 0;
  #lastOfPod = new Map<string, Line>();
  #pods = new Set<string>();
  #revisions = new Set<string>();

  constructor(maximum: number) {
    this.maximum = maximum;
  }

  get matcher(): Matcher {
    return this.#matcher;
  }

  /** How many lines are shown. */
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

  /** Instances that have written, the latest to begin first. */
  get pods(): string[] {
    return [...this.#pods].reverse();
  }

  /** Returns how many of the shown ones at the top left the view, so that the scroll position can follow. */
  add(views: readonly LogLineView[]): number {
    for (const view of views) {
      const known = view.revision === '' || this.#revisions.has(view.revision);
      if (!known) {
        const isNew = this.#revisions.size > 0;
        this.#revisions.add(view.revision);
        if (isNew) this.#push({ ...view, text: '', pod: '', site: null, mark: 'new revision' });
      }
      if (view.pod !== '' && !this.#pods.has(view.pod)) this.#seePod(view.pod);
      this.#push(view);
    }
    return this.#trim();
  }

  #seePod(pod: string): void {
    this.#pods.add(pod);
    for (const oldest of this.#pods) {
      if (this.#pods.size <= keptPods) break;
      this.#pods.delete(oldest);
      this.#lastOfPod.delete(oldest);
    }
  }

  #push(view: LogLineView): void {
    const line = readLine(view, this.#next++, this.#lastOfPod.get(view.pod));
    if (line.mark === null) this.#lastOfPod.set(view.pod, line);
    else this.#lastOfPod.delete(view.pod);
    this.#lines.push(line);
    this.#show(line);
  }

  #show(line: Line): void {
    const { context } = this.#matcher;
    if (!this.#matcher.base(line)) return;
    if (this.#matcher.hit(line)) {
      this.#shown.push(...this.#before, line.number);
      this.#before.length = 0;
      this.#after = context;
    } else if (this.#after > 0) {
      this.#after--;
      this.#shown.push(line.number);
    } else if (context > 0) {
      this.#before.push(line.number);
      if (this.#before.length > context) this.#before.shift();
    }
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
    this.#shown = [];
    this.#before = [];
    this.#after = 0;
    for (const line of this.#lines) this.#show(line);
  }

  /** The `index`th line of those that are shown. */
  at(index: number): Line | undefined {
    const number = this.#shown[index];
    return number === undefined ? undefined : this.#lines[number - this.#first];
  }

  /** Where among the shown ones the line of this number is, or would be. */
  indexOf(number: number): number {
    let low = 0;
    let high = this.#shown.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#shown[middle] ?? 0) < number) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Lines that pass everything but the text are left out before this one. */
  hasGapBefore(index: number): boolean {
    if (this.#matcher.context === 0 || index === 0) return false;
    const end = this.#shown[index] ?? 0;
    for (let number = (this.#shown[index - 1] ?? 0) + 1; number < end; number++) {
      const line = this.#lines[number - this.#first];
      if (line && this.#matcher.base(line)) return true;
    }
    return false;
  }

  /** The newest line that looks like this. */
  find({ pod, time, text }: { pod: string; time: number; text: string }): Line | undefined {
    return this.#lines.findLast((line) => line.time === time && line.pod === pod && line.text === text);
  }

  clear(): void {
    this.#first = this.#next;
    this.#lines = [];
    this.#shown = [];
    this.#before = [];
    this.#after = 0;
    this.#lastOfPod.clear();
    this.#pods.clear();
    this.#revisions.clear();
  }

  /** Forgets what was said before, for another service. */
  reset(): void {
    this.clear();
    this.#first = 0;
    this.#next = 0;
  }
}
