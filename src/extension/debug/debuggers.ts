/** Whether a debugger attaches to an application, and what is told where none does. Nothing here imports vscode. */
import type { Application } from '../../core/app/model.ts';
import type { Say } from '../messages.ts';

/** What is read of the editor's extensions. */
export interface Extension {
  id: string;
  packageJSON: unknown;
}

export interface NoDebugger {
  text: string;
  /** One to install or to enable, where it is not there. */
  wanted?: string;
}

const ofJavaScript = 'ms-vscode.js-debug';

/** Languages that Slipway does not attach to, by the command that starts them, with the extension that debugs them. */
const others: readonly { command: RegExp; language: string; extension: string }[] = [
  { command: /^go$/, language: 'Go', extension: 'golang.go' },
  { command: /^(java|jshell|mvnw?|gradlew?)$/, language: 'Java', extension: 'vscjava.vscode-java-debug' },
  {
    command: /^(python[\d.]*|py|uv|poetry|uvicorn|gunicorn|flask)$/,
    language: 'Python',
    extension: 'ms-python.debugpy',
  },
  { command: /^dotnet$/, language: 'C#', extension: 'ms-dotnettools.csharp' },
];

/** undefined: the editor's debugger for JavaScript attaches to it. */
export function noDebugger(
  { name, run }: Pick<Application, 'name' | 'run'>,
  extensions: readonly Extension[],
  say: Say,
): NoDebugger | undefined {
  if (run.debug === 'node') {
    if (extensions.some(debugsNode)) return undefined;
    return { text: say('run.debuggerOff', { name, extension: ofJavaScript }), wanted: ofJavaScript };
  }
  const command = (run.dev ?? run.start)?.[0]?.replace(/^.*[/\\]/, '').replace(/\.(exe|cmd|bat)$/, '') ?? '';
  const known = others.find((each) => each.command.test(command));
  if (!known) return { text: say('run.cannotDebug', { name }) };
  const { language, extension } = known;
  const isThere = extensions.some(({ id }) => id.toLowerCase() === extension.toLowerCase());
  const text = say('run.debugByItself', { name, language, extension });
  return isThere ? { text } : { text, wanted: extension };
}

/** The one that comes with the editor, or its nightly build: whoever contributes the type. */
function debugsNode({ packageJSON }: Extension): boolean {
  const { contributes } = packageJSON as { contributes?: { debuggers?: { type?: unknown }[] } };
  return contributes?.debuggers?.some?.(({ type }) => type === 'node') ?? false;
}
