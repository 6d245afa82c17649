/** What the suites need of a VS Code: two launchers give it (decision 18). */
import type { Page } from 'playwright-core';

export interface LaunchOptions {
  /** Folder or .code-workspace to open; undefined = an empty window. */
  workspace: string | undefined;
  /** The packed extension. */
  vsix: string;
  /** Packages of other extensions, installed beside it. */
  others: readonly string[];
  /** Empty folder for user data, extensions and logs; the launcher fills it. */
  dir: string;
  env: NodeJS.ProcessEnv;
  settings: Record<string, unknown>;
  /** Of the editor: `vscode.env.language`. */
  locale: 'en' | 'zh-cn';
  /** Whether the editor asks for trust; off unless a suite is about it. */
  workspaceTrust: boolean;
}

export interface RunningEditor {
  page: Page;
  /** Folder with the extension host's logs. */
  logs: string;
  /** Opens the window anew, as a user who reloads it. */
  close(): Promise<void>;
}

export type Launcher = (options: LaunchOptions) => Promise<RunningEditor>;
