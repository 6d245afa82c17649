/**
 * Files of the platform's images as documents. A comparison that a reloaded window restores asks for them before there is a
 * connection: it is waited for a while, and a platform that comes later still gets to show them. None is started for it.
 */
import * as vscode from 'vscode';
import type { PlatformClient } from '../../core/client.ts';
import { imageScheme } from '../contributions.ts';
import type { Deps } from '../deps.ts';

type Uses = Pick<Deps, 'platforms' | 'problems'>;

const patienceMs = 10_000;

export function registerImageDocuments({ platforms, problems }: Uses): vscode.Disposable {
  const changes = new vscode.EventEmitter<vscode.Uri>();
  const missing = new Map<string, vscode.Uri>();

  const provider: vscode.TextDocumentContentProvider = {
    onDidChange: changes.event,
    async provideTextDocumentContent(uri) {
      platforms.begin();
      const client = await connected(platforms);
      if (!client) {
        missing.set(uri.toString(), uri);
        return problems.say('compare.away');
      }
      const { imageFile } = await import('../../core/images.ts');
      try {
        const bytes = await imageFile(client, uri.query, uri.path.slice(1));
        if (isBinary(bytes)) return problems.say('compare.binary', { bytes: bytes.byteLength });
        return new TextDecoder().decode(bytes);
      } catch (error) {
        return problems.explain(error).text;
      }
    },
  };
  return vscode.Disposable.from(
    changes,
    vscode.workspace.registerTextDocumentContentProvider(imageScheme, provider),
    platforms.onChange(({ state }) => {
      if (state !== 'ready') return;
      const again = [...missing.values()];
      missing.clear();
      for (const uri of again) changes.fire(uri);
    }),
  );
}

function connected(platforms: Deps['platforms']): Promise<PlatformClient | undefined> {
  const now = () => (platforms.snapshot.state === 'ready' ? platforms.client : undefined);
  const client = now();
  if (client) return Promise.resolve(client);
  return new Promise((resolve) => {
    const settle = (found: PlatformClient | undefined): void => {
      clearTimeout(timer);
      listening.dispose();
      resolve(found);
    };
    const timer = setTimeout(() => settle(undefined), patienceMs);
    const listening = platforms.onChange(() => {
      const found = now();
      if (found) settle(found);
    });
  });
}

function isBinary(bytes: Uint8Array): boolean {
  return bytes.subarray(0, 8_000).includes(0);
}
