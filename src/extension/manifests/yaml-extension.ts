/**
 * Beside redhat.vscode-yaml nothing is said twice: for our documents it is given a schema that knows nothing, so that it completes,
 * explains and judges no field there (whatever its settings map to them); YAML's own mistakes and the outline are left to it.
 */

import * as vscode from 'vscode';
import { messageOf } from '../log-error.ts';
import { isManifest } from './files.ts';

const extensionId = 'redhat.vscode-yaml';
const scheme = 'slipway';

interface YamlApi {
  registerContributor(
    schema: string,
    requestSchema: (resource: string) => string | undefined,
    requestSchemaContent: (uri: string) => string,
  ): boolean;
}

export class YamlExtension implements vscode.Disposable {
  #joined = false;
  #subscriptions: vscode.Disposable[];
  #log: vscode.LogOutputChannel;

  constructor(log: vscode.LogOutputChannel) {
    this.#log = log;
    const join = (document: vscode.TextDocument) => {
      if (isManifest(document)) void this.join();
    };
    this.#subscriptions = [
      vscode.workspace.onDidOpenTextDocument(join),
      vscode.extensions.onDidChange(() => void this.join()),
    ];
  }

  /** It is there and says itself what is no YAML. */
  get saysSyntax(): boolean {
    return this.#present && vscode.workspace.getConfiguration('yaml').get('validate', true);
  }

  get hasOutline(): boolean {
    return this.#present;
  }

  get #present(): boolean {
    return vscode.extensions.getExtension(extensionId) !== undefined;
  }

  async join(): Promise<void> {
    const extension = vscode.extensions.getExtension<YamlApi | undefined>(extensionId);
    if (this.#joined || !extension) return;
    this.#joined = true;
    try {
      const api = await extension.activate();
      api?.registerContributor(
        scheme,
        (resource) => (isOurs(resource) ? `${scheme}://schema/manifest` : undefined),
        () => '{}',
      );
    } catch (error) {
      this.#log.warn(`${extensionId}: ${messageOf(error)}`);
    }
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }
}

function isOurs(resource: string): boolean {
  const uri = vscode.Uri.parse(resource);
  const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
  return isManifest(open ?? { uri, languageId: 'yaml', getText: () => '' });
}
