/** Which lines are shown: a text or a /regex/, revisions, a lowest level. Pure leaf. */
import { atLeast, type Level, type Line } from './lines.ts';

export interface Filter {
  text: string;
  /** Only these; all where empty. */
  revisions: readonly string[];
  level: Level;
}

export const noFilter: Filter = { text: '', revisions: [], level: 'trace' };

export interface Matcher {
  test(line: Line): boolean;
  /** What a hit in a line is, to show it; undefined where no text is asked for. */
  highlight: RegExp | undefined;
  /** Why the text is no regular expression; it is taken literally then. */
  problem: string | undefined;
}

/** `/re/flags` is a regular expression (without `i` it is case-sensitive), everything else a text in any case. */
export function matcher(filter: Filter): Matcher {
  const { expression, problem } = expressionOf(filter.text);
  const only = filter.revisions.length > 0 ? new Set(filter.revisions) : undefined;
  return {
    test(line) {
      if (only && line.revision !== '' && !only.has(line.revision)) return false;
      // Marks tell where something happened: they stay, but for a search.
      if (line.mark !== null) return expression === undefined;
      if (filter.level !== 'trace' && !atLeast(line.level, filter.level)) return false;
      return expression === undefined || expression.test(line.plain);
    },
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
      return { expression: literal(text), problem: error instanceof Error ? error.message : String(error) };
    }
  }
  return { expression: literal(text), problem: undefined };
}

function literal(text: string): RegExp {
  return new RegExp(text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&'), 'i');
}
