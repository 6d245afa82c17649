/** A command line as a POSIX shell reads it, as far as its words alone say what is started. Pure leaf. */

/** What stands for a variable: `$NAME`, `${NAME}`, `${NAME:-otherwise}`. */
interface Variable {
  name: string;
  otherwise: string;
  /** Its value stays one word. */
  quoted: boolean;
  /** As it is written. */
  text: string;
}

type Part = string | Variable;

export interface CommandLine {
  words: Part[][];
  /** What it takes to know its argv: only a shell does with pipes, redirections, patterns and the like. */
  takes: 'nothing' | 'variables' | 'shell';
}

const variable = /(?<variable>\$(?:[A-Za-z_]\w*|\{[A-Za-z_]\w*(?::-[\w./:@%+=,-]*)?\}))/.source;
const token = new RegExp(
  [
    /'(?<single>[^']*)'/.source,
    /"(?<double>(?:[^"\\]|\\[\s\S])*)"/.source,
    /\\(?<escaped>[\s\S]?)/.source,
    variable,
    /(?<blank>[^\S\n]+)/.source,
    /(?<open>['"])/.source,
    /(?<other>[\w./:@%+=,-]+|[\s\S])/.source,
  ].join('|'),
  'g',
);
const inDoubleQuotes = new RegExp(`\\\\(?<escaped>["\\\\$\`\n])|${variable}|(?<other>[^\\\\$\`]+|[\\s\\S])`, 'g');

/** What is more than a word where it stands outside of quotes. */
const shellOnly = /[|&;<>()$`*?[\]{}~\n]/;

/** @returns undefined when a quote is not closed */
export function readCommandLine(text: string): CommandLine | undefined {
  const words: Part[][] = [];
  let word: Part[] | undefined;
  // An assignment before the command.
  let takes: CommandLine['takes'] = /^\s*[A-Za-z_]\w*\+?=/.test(text) ? 'shell' : 'nothing';
  const add = (part: Part): void => {
    if (typeof part !== 'string' && takes === 'nothing') takes = 'variables';
    word ??= [];
    word.push(part);
  };
  for (const { groups = {} } of text.trim().matchAll(token)) {
    const { single, double, escaped, variable, blank, open, other } = groups;
    if (open !== undefined) return undefined;
    if (blank !== undefined) {
      if (word) words.push(word);
      word = undefined;
    } else if (single !== undefined) {
      add(single);
    } else if (double !== undefined) {
      add('');
      for (const { groups: inner = {} } of double.matchAll(inDoubleQuotes)) {
        if (inner['variable'] !== undefined) add(variableOf(inner['variable'], true));
        else if (inner['escaped'] !== undefined) add(inner['escaped'] === '\n' ? '' : inner['escaped']);
        else if (/[$`]/.test(inner['other'] ?? '')) takes = 'shell';
        else add(inner['other'] ?? '');
      }
    } else if (escaped !== undefined) {
      // A line that goes on in the next one.
      if (escaped !== '\n') add(escaped);
    } else if (variable !== undefined) {
      add(variableOf(variable, false));
    } else if (other !== undefined) {
      const isComment = other === '#' && word === undefined;
      if (shellOnly.test(other) || isComment) takes = 'shell';
      add(other);
    }
  }
  if (word) words.push(word);
  return { words, takes };
}

function variableOf(text: string, quoted: boolean): Variable {
  const [, name = '', otherwise = ''] = /^\$\{?(\w+)(?::-(.*))?\}?$/.exec(text.replace(/\}$/, '')) ?? [];
  return { name, otherwise, quoted, text };
}

/**
 * What a shell would start for it, in place of itself where it says `exec`.
 * @param env values of its variables; without it they stand there as they are written
 * @returns undefined where only a shell knows, and where nothing is left
 */
export function argvOf({ words, takes }: CommandLine, env?: Readonly<Record<string, string>>): string[] | undefined {
  if (takes === 'shell') return undefined;
  const argv: string[] = [];
  for (const word of words) {
    const fields = fieldsOf(word, env);
    if (!fields) return undefined;
    argv.push(...fields);
  }
  if (argv[0] === 'exec') {
    argv.shift();
    // Options of its own.
    if (argv[0]?.startsWith('-')) return undefined;
  }
  return argv.length === 0 ? undefined : argv;
}

/** None where its variables are empty, several where one has blanks in it; undefined where a value would be a pattern of file names. */
function fieldsOf(word: readonly Part[], env: Readonly<Record<string, string>> | undefined): string[] | undefined {
  const fields: string[] = [];
  let field: string | undefined;
  for (const part of word) {
    const value = typeof part === 'string' ? part : env ? env[part.name] || part.otherwise : part.text;
    if (typeof part === 'string' || part.quoted || !env) {
      field = (field ?? '') + value;
      continue;
    }
    if (/[*?[]/.test(value)) return undefined;
    value.split(/[ \t\n]+/).forEach((text, at) => {
      if (at > 0 && field !== undefined) {
        fields.push(field);
        field = undefined;
      }
      if (text !== '') field = (field ?? '') + text;
    });
  }
  return field === undefined ? fields : [...fields, field];
}
