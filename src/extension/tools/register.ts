/** Tools for language models (`languageModelTools`). What changes something is confirmed by the user first. */
import * as vscode from 'vscode';
import type { Deps } from '../deps.ts';
import type { PlatformEntry } from '../platform/snapshot.ts';
import { invocationOf, type ToolInputs, type ToolName, toolNames } from './inputs.ts';

export function registerTools(deps: Deps): vscode.Disposable {
  // An older editor, or one whose language models are off, has no such thing.
  if (typeof vscode.lm?.registerTool !== 'function') return new vscode.Disposable(() => {});
  return vscode.Disposable.from(...toolNames.map((name) => registerTool(name, deps)));
}

function registerTool<Name extends ToolName>(name: Name, deps: Deps): vscode.Disposable {
  /** By input: which platform the user was told of. */
  const told = new Map<string, PlatformEntry>();
  return vscode.lm.registerTool<ToolInputs[Name]>(name, {
    prepareInvocation: ({ input }) => {
      const { say } = deps.problems.words;
      const { entry } = deps.platforms.snapshot;
      const { progress, question } = invocationOf(name, input, say, entry.label);
      if (question) told.set(JSON.stringify(input), entry);
      return { invocationMessage: progress, ...(question ? { confirmationMessages: question } : {}) };
    },
    invoke: async ({ input }, token) => {
      const { invokeTool } = await import('./invoke.ts');
      const stop = new AbortController();
      token.onCancellationRequested(() => stop.abort());
      const key = JSON.stringify(input);
      const on = told.get(key);
      told.delete(key);
      const text = await invokeTool(deps, name, input, { signal: stop.signal, on });
      return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(text)]);
    },
  });
}
