/** Commands that list things, and the tables that people get to see. */
import type { PlatformClient } from '../core/client.ts';
import type { CliKey } from '../core/messages/cli.ts';
import type { Command } from './command.ts';
import type { Invocation } from './invocation.ts';
import { table } from './text.ts';

/** Columns by the keys of their titles; `none` is said where there is no row. */
export function titledTable(
  invocation: Invocation,
  columns: readonly CliKey[],
  rows: readonly (readonly string[])[],
  none?: CliKey,
): string {
  if (rows.length === 0 && none) return invocation.say(none);
  return table(
    columns.map((key) => invocation.say(key)),
    rows,
  );
}

interface Listing<Item> extends Pick<Command, 'name' | 'summary' | 'target'> {
  args?: Command['args'];
  /** Reads the arguments first, before anything is asked of the platform. */
  read(invocation: Invocation): (client: PlatformClient) => Promise<readonly Item[]>;
  columns: readonly CliKey[];
  row(item: Item): readonly string[];
  /** Said where there is nothing; a table without rows otherwise. */
  none?: CliKey;
}

export function listing<Item>({ read, columns, row, none, args = {}, ...about }: Listing<Item>): Command {
  return {
    ...about,
    args,
    async run(invocation) {
      const ask = read(invocation);
      const items = await ask(await invocation.client());
      invocation.answer(items, titledTable(invocation, columns, items.map(row), none));
      return 0;
    },
  };
}
