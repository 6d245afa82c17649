/** Rows of the list over the shown lines: one a line, and under an expanded one a row for each line of its fields. Pure leaf. */

import type { Line } from '../../src/core/log-lines/line.ts';
import type { LogBuffer } from './buffer.ts';

export interface Row {
  line: Line;
  /** Index of the line among the shown ones. */
  index: number;
  /** Of an expanded line; −1 = the line itself. */
  field: number;
}

/** Lines of one field that get a row each: of a longer one the rest is in what is copied and saved. */
const linesOfField = 200;

/** What stands under an expanded line, row by row: a field's name beside the first line of its value, such as those of a stack. */
export function fieldRows(line: Line): [name: string, text: string][] {
  return (line.json?.fields ?? []).flatMap(([name, value]) =>
    value.split('\n', linesOfField).map((text, index): [string, string] => [index === 0 ? name : '', text]),
  );
}

export class Rows {
  readonly #buffer: LogBuffer;
  /** Line number → number of its fields' rows. Few: each was opened by hand. */
  #expanded = new Map<number, number>();

  constructor(buffer: LogBuffer) {
    this.#buffer = buffer;
  }

  get count(): number {
    return this.#buffer.shownCount + this.#spans().reduce((sum, { fields }) => sum + fields, 0);
  }

  isExpanded(line: Line): boolean {
    return this.#expanded.has(line.number);
  }

  toggle(line: Line): void {
    const fields = fieldRows(line).length;
    if (!this.#expanded.delete(line.number) && fields > 0) this.#expanded.set(line.number, fields);
  }

  /** The first `gone` shown lines have left: returns how many rows that were. */
  left(gone: number): number {
    let rows = gone;
    for (const [number, fields] of this.#expanded) {
      if (number >= this.#buffer.dropped) continue;
      this.#expanded.delete(number);
      rows += fields;
    }
    return rows;
  }

  clear(): void {
    this.#expanded.clear();
  }

  at(row: number): Row | undefined {
    let index = row;
    for (const { position, fields } of this.#spans()) {
      if (index <= position) break;
      if (index <= position + fields) return this.#rowOf(position, index - position - 1);
      index -= fields;
    }
    return this.#rowOf(index, -1);
  }

  /** Row of a shown line. */
  rowOfLine(line: Line): number {
    const index = this.#buffer.indexOf(line.number);
    return this.#spans().reduce((row, { position, fields }) => (position < index ? row + fields : row), index);
  }

  #rowOf(index: number, field: number): Row | undefined {
    const line = this.#buffer.at(index);
    return line && { line, index, field };
  }

  #spans(): { position: number; fields: number }[] {
    if (this.#expanded.size === 0) return [];
    return [...this.#expanded]
      .map(([number, fields]) => ({ number, position: this.#buffer.indexOf(number), fields }))
      .filter(({ number, position }) => this.#buffer.at(position)?.number === number)
      .sort((one, other) => one.position - other.position);
  }
}
