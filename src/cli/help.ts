/** What --help prints. Pure. */
import { renderCli } from '../core/messages/cli.ts';
import type { Locale } from '../core/messages/render.ts';
import { argsOf, type Command } from './command.ts';

export function overview(commands: readonly Command[], locale: Locale): string {
  const shown = commands.filter(({ hidden }) => !hidden);
  const width = Math.max(...shown.map(({ name }) => name.length));
  return [
    renderCli(locale, 'help.title'),
    '',
    renderCli(locale, 'help.usage', { usage: 'COMMAND …' }),
    '',
    renderCli(locale, 'help.commands'),
    ...shown.map(({ name, summary }) => `  ${name.padEnd(width)}  ${renderCli(locale, summary)}`),
    '',
    renderCli(locale, 'help.more'),
  ].join('\n');
}

export function usageLine(command: Command, locale: Locale): string {
  const words = Object.entries(command.args)
    .filter(([, { type }]) => type === 'positional')
    .map(([name]) => ` ${name.toUpperCase()}`);
  const rest = command.rest ? ` [${command.rest}]` : '';
  return renderCli(locale, 'help.usage', { usage: `${command.name}${words.join('')}${rest} [--…]` });
}

export function commandHelp(command: Command, locale: Locale): string {
  const options = Object.entries(argsOf(command)).map(([name, arg]) => {
    if (arg.type === 'positional') return [name.toUpperCase(), renderCli(locale, arg.description)];
    const flag = arg.negativeDescription ? `--no-${name}` : `--${name}`;
    const value = arg.type === 'string' ? ` ${name.toUpperCase()}` : '';
    const short = arg.alias ? `-${arg.alias}, ` : '';
    return [`${short}${flag}${value}`, renderCli(locale, arg.negativeDescription ?? arg.description)];
  });
  const width = Math.max(...options.map(([flag = '']) => flag.length));
  return [
    usageLine(command, locale),
    '',
    `${renderCli(locale, command.summary)}`,
    '',
    renderCli(locale, 'help.options'),
    ...options.map(([flag = '', text = '']) => `  ${flag.padEnd(width)}  ${text}`),
  ].join('\n');
}
