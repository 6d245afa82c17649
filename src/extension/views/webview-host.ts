/** The host's end of the protocol: the page's HTML under a strict policy, typed events to it, checked requests from it. */
import * as vscode from 'vscode';
import type { PageName, ToView } from '../../../webview/protocol.ts';
import type { Deps } from '../deps.ts';
import { logError } from '../log-error.ts';
import { answerRequest, type Handlers, type RequestRules } from './page-requests.ts';

export interface PageHost<Page extends PageName> extends vscode.Disposable {
  /** Dropped where the page is gone. */
  send<Event extends keyof ToView<Page> & string>(event: Event, payload: ToView<Page>[Event]): void;
}

export function hostPage<Page extends PageName>(
  page: Page,
  webview: vscode.Webview,
  { context, platforms, problems, log }: Pick<Deps, 'context' | 'platforms' | 'problems' | 'log'>,
  handlers: Handlers<Page>,
): PageHost<Page> {
  const bundle = vscode.Uri.joinPath(context.extensionUri, 'dist', 'webview');
  webview.options = { enableScripts: true, localResourceRoots: [bundle] };
  let disposed = false;
  const rules: RequestRules = {
    requireUse: (on) => platforms.requireUse(on),
    refusal(failure) {
      const { code, text, fix, unexpected } = problems.explain(failure);
      return unexpected ? null : { code, text, fix };
    },
  };

  const subscription = webview.onDidReceiveMessage(async (message: unknown) => {
    const { answer, failure } = await answerRequest(page, handlers, message, rules);
    if (failure !== undefined && disposed) return;
    if (failure !== undefined) logError(log)(failure);
    if (answer.problem) log.warn(answer.problem.text);
    await webview.postMessage(answer);
  });
  webview.html = pageHtml(page, webview, bundle);
  return {
    send(event, payload) {
      if (!disposed) void webview.postMessage({ kind: 'event', name: event, payload: JSON.stringify(payload) });
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
