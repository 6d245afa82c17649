/** The command line as a function: arguments in, exit code out (0 done, 1 failed, 2 wrong usage). */
import { parseArgs } from 'citty';
import { ApiError } from '../../emulator/kernel/errors.ts';
import { readSoon } from '../core/deploy/failure.ts';
import { Fault, isFault } from '../core/faults.ts';
import { renderCli } from '../core/messages/cli.ts';
import { renderProblem } from '../core/messages/core.ts';
import { type Locale, localeOf } from '../core/messages/render.ts';
import { remedyOf } from '../core/remedy.ts';
import { argsOf, type Command, type CommandArgs, toCitty } from './command.ts';
import { commands } from './commands.ts';
import { commandHelp, overview, usageLine } from './help.ts';
import { createInvocation, type ParsedArgs } from './invocation.ts';
import type { CliIo } from './io.ts';

export async function main(argv: readonly string[], io: CliIo): Promise<number> {
  const locale = localeFrom(io.env);
  const json = argv.includes('--json');
  const opened: Disposable[] = [];
  try {
    const [first] = argv;
    if (first === undefined || first === '--help' || first === '-h' || first === 'help') {
      io.stdout(`${overview(commands, locale)}\n`);
      return first === undefined ? 2 : 0;
    }
    if (first === '--version' || first === '-v') {
      io.stdout(`${process.env['SLIPWAY_VERSION'] ?? 'unknown'}\n`);
      return 0;
    }
    const { command, words } = findCommand(argv);
    if (words.includes('--help') || words.includes('-h')) {
      io.stdout(`${commandHelp(command, locale)}\n`);
      return 0;
    }
    const parsed = parse(command, words);
    return (await command.run(createInvocation(io, locale, parsed, opened))) ?? 0;
  } catch (error) {
    return report(error, io, locale, json);
  } finally {
    for (const each of opened) each[Symbol.dispose]();
  }
}

/** Two words for a group (`ping next`), else one. @throws Fault Usage */
function findCommand(argv: readonly string[]): { command: Command; words: readonly string[] } {
  const [first = '', second = ''] = argv;
  const pair = commands.find(({ name }) => name === `${first} ${second}`);
  if (pair) return { command: pair, words: argv.slice(2) };
  const single = commands.find(({ name }) => name === first);
  if (single) return { command: single, words: argv.slice(1) };
  const group = commands.filter(({ name }) => name.startsWith(`${first} `));
  if (group.length > 0) {
    const known = group.map(({ name }) => name.split(' ')[1]).join(', ');
    throw new Fault('Usage', { detail: `slipway ${first} needs one of: ${known}`, command: group[0]?.name ?? first });
  }
  throw new Fault('Usage', { detail: `There is no command "${first}"`, command: '' });
}

/** citty reads the words; what it would let pass (unknown options, too many words, a value that is missing) is refused. */
function parse(command: Command, words: readonly string[]): ParsedArgs {
  const args = argsOf(command);
  const refuse = (detail: string): Fault => new Fault('Usage', { detail, command: command.name });
  const byName = new Map<string, string>();
  for (const [name, arg] of Object.entries(args)) {
    if (arg.type === 'positional') continue;
    byName.set(`--${name}`, name);
    if (arg.alias) byName.set(`-${arg.alias}`, name);
  }
  const repeated: Record<string, string[]> = {};
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    if (word === '--') break;
    if (!word.startsWith('-') || word === '-') continue;
    const [flag = '', inline] = splitOnce(word, '=');
    const negated = flag.startsWith('--no-') ? flag.replace('--no-', '--') : undefined;
    const name = byName.get(flag) ?? (negated === undefined ? undefined : byName.get(negated));
    const arg = name === undefined ? undefined : args[name];
    if (!name || !arg) throw refuse(`slipway ${command.name} has no option ${flag}`);
    if (arg.type === 'boolean') {
      if (inline !== undefined) throw refuse(`${flag} takes no value`);
      continue;
    }
    const value = inline ?? words[++index];
    if (value === undefined || (inline === undefined && value.startsWith('--'))) throw refuse(`${flag} needs a value`);
    if (arg.repeated) repeated[name] = [...(repeated[name] ?? []), value];
  }
  const values = parseArgs([...words], toCitty(args)) as Record<string, unknown> & { _: string[] };
  const named = positionals(args).length;
  const given = values._.filter((word) => word !== '--');
  if (!command.rest && given.length > named) throw refuse(`too many words: ${given.slice(named).join(' ')}`);
  return { command: command.name, values, repeated, rest: given.slice(named) };
}

function positionals(args: CommandArgs): string[] {
  return Object.keys(args).filter((name) => args[name]?.type === 'positional');
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function report(error: unknown, io: CliIo, locale: Locale, json: boolean): number {
  const fault =
    error instanceof ApiError ? new Fault('ApiRefused', { detail: error.message }, { cause: error }) : error;
  if (!(fault instanceof Fault)) {
    const { stack, message } = error as Error;
    io.stderr(`${renderCli(locale, 'error.bug')} ${stack ?? String(error)}\n`);
    if (json) io.stdout(`${JSON.stringify({ error: { code: 'Bug', message: message ?? String(error) } })}\n`);
    return 1;
  }
  const { text, fix } = renderProblem(locale, fault);
  const { place } = fault;
  const remedy = isFault(fault, 'Usage') ? undefined : remedyOf(fault, readSoon);
  const where = place ? `${place.file}:${place.line}:${place.column}: ` : '';
  io.stderr(`${renderCli(locale, 'error.label')} ${where}${text}\n`);
  if (isFault(fault, 'Usage')) {
    const command = commands.find(({ name }) => name === fault.args['command']);
    io.stderr(`${command ? usageLine(command, locale) : renderCli(locale, 'help.usage', { usage: '--help' })}\n`);
  } else {
    io.stderr(`${renderCli(locale, 'error.fix')} ${fix}\n`);
    if (remedy?.type === 'command') io.stderr(`$ ${remedy.line}\n`);
  }
  if (json) {
    const { code, args } = fault;
    io.stdout(
      `${JSON.stringify({ error: { code, args, message: text, fix, ...(place ? { place } : {}), ...(remedy ? { remedy } : {}) } }, null, 2)}\n`,
    );
  }
  return isFault(fault, 'Usage') ? 2 : 1;
}

function localeFrom(env: NodeJS.ProcessEnv): Locale {
  return localeOf(env['SLIPWAY_LANG'] || env['LC_ALL'] || env['LC_MESSAGES'] || env['LANG']);
}
