/** A command is data: its name, arguments and what it runs. */
import type { ArgsDef } from 'citty';
import type { CliKey } from '../core/messages/cli.ts';
import type { Invocation } from './invocation.ts';

export interface Command {
  /** `deploy`, or `ping next` for the second word of a group. */
  name: string;
  summary: CliKey;
  /** `description` is a key of the catalogue. */
  args: CommandArgs;
  /** Takes --context, --kubeconfig, --data, --name (and --namespace where 'namespaced'). */
  target: 'none' | 'platform' | 'namespaced';
  /** More positional words than those named, shown so in the usage: `REV=PERCENT…`. */
  rest?: string;
  hidden?: true;
  /** Exit code; 0 where nothing is returned. */
  run(invocation: Invocation): Promise<number | undefined>;
}

export type CommandArgs = Readonly<
  Record<
    string,
    {
      type: 'positional' | 'string' | 'boolean';
      description: CliKey;
      alias?: string;
      required?: boolean;
      default?: boolean;
      /** Given more than once: `texts(name)`. */
      repeated?: true;
      negativeDescription?: CliKey;
    }
  >
>;

export const commonArgs = {
  json: { type: 'boolean', description: 'arg.json' },
  help: { type: 'boolean', alias: 'h', description: 'arg.help' },
} as const satisfies CommandArgs;

export const targetArgs = {
  context: { type: 'string', description: 'arg.context' },
  kubeconfig: { type: 'string', description: 'arg.kubeconfig' },
  data: { type: 'string', description: 'arg.data' },
  name: { type: 'string', description: 'arg.name' },
} as const satisfies CommandArgs;

export const namespaceArgs = {
  namespace: { type: 'string', alias: 'n', description: 'arg.namespace' },
} as const satisfies CommandArgs;

/** Everything that a command takes. */
export function argsOf(command: Command): CommandArgs {
  return {
    ...command.args,
    ...(command.target === 'none' ? {} : targetArgs),
    ...(command.target === 'namespaced' ? namespaceArgs : {}),
    ...commonArgs,
  };
}

export function toCitty(args: CommandArgs): ArgsDef {
  return Object.fromEntries(
    Object.entries(args).map(([name, arg]) => [
      name,
      {
        type: arg.type,
        ...(arg.alias ? { alias: arg.alias } : {}),
        ...(arg.type === 'positional' ? { required: false } : {}),
        ...(arg.default === undefined ? {} : { default: arg.default }),
      },
    ]),
  ) as ArgsDef;
}
