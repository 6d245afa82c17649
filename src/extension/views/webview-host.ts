/** The host's end of the protocol: the page's HTML under a strict policy, typed events to it, checked requests from it. */
import * as vscode from 'vscode';
import type { Check } from '../../../webview/check.ts';
import { type PageName, pages, type ToHost, type ToView, wire } from '../../../webview/protocol.ts';

export type Handlers<Page extends PageName> = {
  [Method in keyof ToHost<Page>]: (
    params: ToHost<Page>[Method]['params'],
  ) => ToHost<Page>[Method]['result'] | Promise<ToHost<Page>[Method]['result']>;
};

export interface PageHost<Page extends PageName> extends vscode.Disposable {
  /** Dropped where the page is gone. */
  send<Event extends keyof ToView<Page> & string>(event: Event, payload: ToView<Page>[Event]): void;
}

export function hostPage<Page extends PageName>(
  page: Page,
  webview: vscode.Webview,
  extensionUri: vscode.Uri,
  handlers: Handlers<Page>,
  onProblem: (error: unknown) => void,
): PageHost<Page> {
  const bundle = vscode.Uri.joinPath(extensionUri, 'dist', 'webview');
  webview.options = { enableScripts: true, localResourceRoots: [bundle] };
  const requests: Record<string, { params: Check<unknown>; result: Check<unknown> }> = pages[page].toHost;
  const byName = handlers as Record<string, (params: unknown) => unknown>;
  let disposed = false;

  const subscription = webview.onDidReceiveMessage(async (message: unknown) => {
    let id = -1;
    try {
      const request = wire.request(message, 'request');
      id = request.id;
      const definition = Object.hasOwn(requests, request.method) ? requests[request.method] : undefined;
      const handler = byName[request.method];
      if (!definition || !handler) throw new TypeError(`no such method: ${request.method}`);
      const params = definition.params((message as { params?: unknown }).params ?? null, request.method);
      const result = definition.result((await handler(params)) ?? null, `${request.method}.result`);
      await webview.postMessage({ kind: 'answer', id, error: null, result });
    } catch (error) {
      if (disposed) return;
      onProblem(error);
      const words = error instanceof Error ? error.message : String(error);
      await webview.postMessage({ kind: 'answer', id, error: words });
    }
  });
  webview.html = pageHtml(page, webview, bundle);
  return {
    send(event, payload) {
      if (!disposed) void webview.postMessage({ kind: 'event', name: event, payload });
    },
    dispose() {
      disposed = true;
      subscription.dispose();
    },
  };
}

function pageHtml(page: PageName, webview: vscode.Webview, bundle: vscode.Uri): string {
  const nonce = newNonce();
  // The controls' library asks for this one by <meta> and puts it on the one style element that it makes.
  const styleNonce = newNonce();
  const script = webview.asWebviewUri(vscode.Uri.joinPath(bundle, `${page}.js`));
  const style = webview.asWebviewUri(vscode.Uri.joinPath(bundle, `${page}.css`));
  const policy = [
    `default-src 'none'`,
    `script-src 'nonce-${nonce}'`,
    `style-src ${webview.cspSource} 'nonce-${styleNonce}'`,
    `font-src ${webview.cspSource}`,
    `base-uri 'none'`,
    `form-action 'none'`,
  ].join('; ');
  const language = /^[\w-]{2,20}$/.test(vscode.env.language) ? vscode.env.language : 'en';
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta property="csp-nonce" content="${styleNonce}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Slipway</title>
<link rel="stylesheet" href="${style}">
</head>
<body>
<main id="root"></main>
<script nonce="${nonce}" src="${script}"></script>
</body>
</html>`;
}

/** By the global `crypto`: node:crypto takes longer to load than all of activation. */
const newNonce = () => Buffer.from(crypto.getRandomValues(new Uint8Array(18))).toString('base64');
