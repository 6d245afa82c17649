/** Most suites of the editor: a window on a folder of the suite's own, the command line in it, and a platform that both see. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { slipway, slipwayJson } from '../cli.ts';
import { type Kube, kubeOf } from '../kube.ts';
import type { UpAnswer } from '../platform.ts';
import { type Editor, type OpenOptions, useEditor } from './editor.ts';

export interface WorkspaceOptions extends Omit<OpenOptions, 'workspace'> {
  /** Writes what is in the folder before the window opens. */
  fill?: (workspace: string) => void;
}

export interface Workspace {
  editor(): Editor;
  /** A path in the folder. */
  path(...parts: string[]): string;
  /** The command line in the folder; its failure fails the test with what it wrote. */
  run(...args: string[]): Promise<void>;
  /** Starts a platform by the command line: `--port 0` for one that has never run. */
  up(...args: string[]): Promise<void>;
  /** Finds the platform that the editor started. */
  find(): Promise<void>;
  /** As it was when it was last started or found. */
  platform(): UpAnswer;
  kube(): Kube;
  /** Deploys the application twice. `second`: flags of the second time. */
  deployTwice(dir: string, ...second: string[]): Promise<void>;
}

export function useWorkspace({ fill, ...options }: WorkspaceOptions): Workspace {
  let folder = '';
  let known: { platform: UpAnswer; kube: Kube } | undefined;
  const editor = useEditor({
    ...options,
    workspace: (dir) => {
      folder = join(dir, 'workspace');
      mkdirSync(folder);
      fill?.(folder);
      return folder;
    },
  });
  const at = () => ({ env: editor().env, cwd: folder });
  const ask = async (...args: string[]) => {
    const platform = await slipwayJson<UpAnswer>(args, at());
    known = { platform, kube: kubeOf(platform.kubeconfig) };
  };
  const there = () => {
    if (!known) throw new Error('no platform was started or found');
    return known;
  };
  const workspace: Workspace = {
    editor,
    path: (...parts) => join(folder, ...parts),
    run: async (...args) => {
      const { code, stderr } = await slipway(args, at());
      expect(code, stderr).toBe(0);
    },
    up: (...args) => ask('up', '--detach', ...args),
    find: () => ask('status'),
    platform: () => there().platform,
    kube: () => there().kube,
    deployTwice: async (dir, ...second) => {
      await workspace.run('deploy', dir);
      writeFileSync(join(dir, 'PRICES'), 'pears\n');
      await workspace.run('deploy', ...second, dir);
    },
  };
  return workspace;
}
