/** Tools for language models (`languageModelTools`). What changes something is confirmed by the user first. */
import * as vscode from 'vscode';
import type { Deps } from '../deps.ts';
import { invocationOf, type ToolInputs, type ToolName, toolNames } from './inputs.ts';

export function registerTools(deps: Deps): vscode.Disposable {
  // An older editor, or one whose language models are off, has no such thing.
  if (typeof vscode.lm?.registerTool !== 'function') return new vscode.Disposable(() => {});
  return vscode.Disposable.from(...toolNames.map((name) => registerTool(name, deps)));
}

function registerTool<Name extends ToolName>(name: Name, deps: Deps): vscode.Disposable {
  return vscode.lm.registerTool<ToolInputs[Name]>(name, {
    prepareInvocation: ({ input }) => {
      const { say } = deps.problems.words;
      const { progress, question } = invocationOf(name, input, say, deps.platforms.snapshot.entry.label);
      return { invocationMessage: progress, ...(question ? { confirmationMessages: question } : {}) };
    },
    invoke: async ({ input }, token) => {
      const { invokeTool } = await import('./invoke.ts');
      const stop = new AbortController();
      token.onCancellationRequested(() => stop.abort());
      const text = await invokeTool(deps, name, input, stop.signal);
      return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(text)]);
    },
  });
}
