/** The few commands that a page's empty state offers. */
import * as vscode from 'vscode';
import type { CommandId } from '../contributions.ts';

const commands = {
  start: 'slipway.platform.start',
  newApplication: 'slipway.application.new',
  deploy: 'slipway.application.deploy',
  doctor: 'slipway.doctor',
} as const satisfies Record<string, CommandId>;

export async function pageCommands(name: keyof typeof commands): Promise<null> {
  await vscode.commands.executeCommand(commands[name]);
  return null;
}
