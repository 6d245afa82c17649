/** Which lines are shown: a text or a /regex/ with lines around it, revisions, instances, a lowest level. Pure leaf. */
import { atLeast, type Level, type Line } from '../../src/core/log-lines/line.ts';

export interface Filter {
  text: string;
  /** Only these; all where empty. */
  revisions: readonly string[];
  /** Name of one; '' = all. */
  pod: string;
  level: Level;
  /** So many lines before and after a hit of the text. */
  context: number;
}

export const noFilter: Filter = { text: '', revisions: [], pod: '', level: 'trace', context: 0 };

export interface Matcher {
  /** Everything but the text: what lines around a hit must be too. */
  base(line: Line): boolean;
  /** The text; true where none is asked for. Marks are found by no text. */
  hit(line: Line): boolean;
  /** Both. */
  test(line: Line): boolean;
  /** Lines around a hit; 0 where no text is asked for. */
  context: number;
  /** What a hit in a line is, to show it; undefined where no text is asked for. */
  highlight: RegExp | undefined;
  /** Why the text is no regular expression; it is taken literally then. */
  problem: string | undefined;
}

/** `/re/flags` is a regular expression (without `i` it is case-sensitive), everything else a text in any case. */
export function matcher(filter: Filter): Matcher {
  const { expression, problem } = expressionOf(filter.text);
  const only = filter.revisions.length > 0 ? new Set(filter.revisions) : undefined;
  const base = (line: Line): boolean => {
    if (only && line.revision !== '' && !only.has(line.revision)) return false;
    if (filter.pod !== '' && line.pod !== '' && line.pod !== filter.pod) return false;
    return line.mark !== null || filter.level === 'trace' || atLeast(line.level, filter.level);
  };
  // Marks tell where something happened: they stay, but for a search.
  const hit = (line: Line): boolean => expression === undefined || (line.mark === null && expression.test(line.plain));
  return {
    base,
    hit,
    test: (line) => base(line) && hit(line),
    context: expression === undefined ? 0 : filter.context,
    highlight: expression && new RegExp(expression.source, `${expression.flags}g`),
    problem,
  };
}

function expressionOf(text: string): { expression: RegExp | undefined; problem: string | undefined } {
  if (text === '') return { expression: undefined, problem: undefined };
  const regex = /^\/(.+)\/([imsu]*)$/.exec(text);
  if (regex) {
    try {
      return { expression: new RegExp(regex[1] ?? '', regex[2]), problem: undefined };
    } catch (error) {
      return { expression: literal(text), problem: reasonOf(error) };
    }
  }
  return { expression: literal(text), problem: undefined };
}

/** Of `Invalid regular expression: /na(me/: Unterminated group` what is not known already. */
function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.slice(text.lastIndexOf(': ') + 1).trim();
}

function literal(text: string): RegExp {
  return new RegExp(text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&'), 'i');
}
