/** Tools for language models (`languageModelTools`). What changes something is confirmed by the user first. */
import * as vscode from 'vscode';
import type { Deps } from '../deps.ts';
import type { PlatformEntry } from '../platform/snapshot.ts';
import type { ToolInputs, ToolName } from './inputs.ts';
import { Questions } from './questions.ts';

const toolNames = ['slipway_list', 'slipway_deploy', 'slipway_logs', 'slipway_traffic'] as const satisfies ToolName[];

export function registerTools(deps: Deps): vscode.Disposable {
  // An older editor, or one whose language models are off, has no such thing.
  if (typeof vscode.lm?.registerTool !== 'function') return new vscode.Disposable(() => {});
  return vscode.Disposable.from(...toolNames.map((name) => registerTool(name, deps)));
}

function registerTool<Name extends ToolName>(name: Name, deps: Deps): vscode.Disposable {
  const questions = new Questions<PlatformEntry>();
  const { say } = deps.problems.words;
  const now = async (input: unknown) => {
    const { entry } = deps.platforms.snapshot;
    const { invocationOf } = await import('./inputs.ts');
    const { progress, question } = invocationOf(name, input, say, entry.label);
    // What is refused whatever the answer is not asked.
    return { entry, progress, question: vscode.workspace.isTrusted ? question : undefined };
  };
  return vscode.lm.registerTool<ToolInputs[Name]>(name, {
    prepareInvocation: async ({ input }) => {
      const { entry, progress, question } = await now(input);
      if (question) questions.ask(input, entry);
      return { invocationMessage: progress, ...(question ? { confirmationMessages: question } : {}) };
    },
    invoke: async ({ input }, token) => {
      const stop = new AbortController();
      token.onCancellationRequested(() => stop.abort());
      const { entry, question } = await now(input);
      let on: PlatformEntry | undefined;
      if (question) {
        on = questions.answered(input);
        if (!on) {
          const { title, message: detail } = question;
          const yes = say('tool.yes');
          const answer = await vscode.window.showWarningMessage(title, { modal: true, detail }, yes);
          if (answer !== yes) throw new vscode.CancellationError();
          on = entry;
        }
      }
      const { invokeTool } = await import('./invoke.ts');
      const text = await invokeTool(deps, name, input, { signal: stop.signal, on });
      return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(text)]);
    },
  });
}
