/** One run of one command: its arguments, its target, and where its answers go. */
import { resolve } from 'node:path';
import { connect, type PlatformClient } from '../core/client.ts';
import type { MessageArgs } from '../core/codes.ts';
import { Fault } from '../core/faults.ts';
import { type CliKey, renderCli } from '../core/messages/cli.ts';
import type { Locale } from '../core/messages/render.ts';
import { describeTarget, type EnvironmentTarget, resolveTarget, type Target } from '../core/target.ts';
import type { CliIo } from './io.ts';

export interface Invocation {
  io: CliIo;
  locale: Locale;
  json: boolean;
  /** @throws Fault Usage when a positional or option of this name is missing */
  text(name: string): string;
  optional(name: string): string | undefined;
  texts(name: string): string[];
  flag(name: string): boolean;
  /** Positional words after the named ones. */
  rest: readonly string[];
  /** Relative to where the command runs. */
  path(name: string, otherwise?: string): string;
  namespace: string;
  say(key: CliKey, args?: MessageArgs): string;
  /** One line on stderr: progress and prose. */
  note(line: string): void;
  /** The answer: the document with --json, else the text. */
  answer(document: unknown, text: string): void;
  /** One of many answers, as they come. */
  item(document: unknown, text: string): void;
  target(environment?: EnvironmentTarget): Target;
  /** Connects, after the target is printed. Closed when the command has ended. */
  client(environment?: EnvironmentTarget): Promise<PlatformClient>;
  usage(detail: string): Fault;
}

export interface ParsedArgs {
  command: string;
  values: Record<string, unknown>;
  repeated: Record<string, string[]>;
  rest: readonly string[];
}

export function createInvocation(io: CliIo, locale: Locale, parsed: ParsedArgs, opened: Disposable[]): Invocation {
  const { values } = parsed;
  const json = values['json'] === true;
  const optional = (name: string): string | undefined => {
    const value = values[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const usage = (detail: string): Fault => new Fault('Usage', { detail, command: parsed.command });
  const invocation: Invocation = {
    io,
    locale,
    json,
    rest: parsed.rest,
    optional,
    text(name) {
      const value = optional(name);
      if (value === undefined) throw usage(`${name.toUpperCase()} is missing`);
      return value;
    },
    texts: (name) => parsed.repeated[name] ?? [],
    flag: (name) => values[name] === true,
    path: (name, otherwise = '.') => resolve(io.cwd, optional(name) ?? otherwise),
    namespace: optional('namespace') ?? 'default',
    say: (key, args) => renderCli(locale, key, args),
    note: (line) => io.stderr(`${line}\n`),
    answer: (document, text) => io.stdout(json ? `${JSON.stringify(document, null, 2)}\n` : `${text}\n`),
    item: (document, text) => io.stdout(json ? `${JSON.stringify(document)}\n` : `${text}\n`),
    target(environment) {
      const options = {
        kubeconfig: pathOption(io, optional('kubeconfig')),
        context: optional('context'),
        data: pathOption(io, optional('data')),
        name: optional('name'),
      };
      return resolveTarget(options, environment, io.env);
    },
    async client(environment) {
      const target = invocation.target(environment);
      invocation.note(renderCli(locale, 'target', { target: describeTarget(target) }));
      const client = await connect(target);
      opened.push(client);
      return client;
    },
    usage,
  };
  return invocation;
}

function pathOption(io: CliIo, path: string | undefined): string | undefined {
  return path === undefined ? undefined : resolve(io.cwd, path);
}
