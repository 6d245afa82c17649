/**
 * What the editor itself takes: views of constant rows and one page, for a click on their icons; and an output channel that is written
 * to as fast as an application of the measurements writes, for the log view (SLIPWAY_BENCH_STEADY: lines a second, seconds).
 */
const vscode = require('vscode');

const tree = (count) => {
  const rows = Array.from({ length: count }, (_, index) => {
    const item = new vscode.TreeItem(`row-${String(index).padStart(4, '0')}`);
    item.collapsibleState = count > 10 ? vscode.TreeItemCollapsibleState.Collapsed : 0;
    return item;
  });
  return { treeDataProvider: { getTreeItem: (row) => row, getChildren: (row) => (row ? [] : rows) } };
};

/** In steps of 20 ms, as the application does. */
function write() {
  const [rate, seconds] = (process.env.SLIPWAY_BENCH_STEADY ?? '1,1').split(',').map(Number);
  const channel = vscode.window.createOutputChannel('Peer');
  channel.show();
  const began = performance.now();
  let line = 0;
  const timer = setInterval(() => {
    const due = Math.min(rate * seconds, Math.floor(((performance.now() - began) / 1000) * rate));
    while (line < due) channel.appendLine(`burst line ${++line} of ${rate * seconds}`);
    if (line === rate * seconds) clearInterval(timer);
  }, 20);
  return channel;
}

exports.activate = (context) => {
  const awake = vscode.window.createStatusBarItem('slipway-peer');
  awake.text = 'Peer is awake';
  context.subscriptions.push(
    awake,
    vscode.commands.registerCommand('slipway-peer.write', () => context.subscriptions.push(write())),
    vscode.window.createTreeView('peer.few', tree(5)),
    vscode.window.createTreeView('peer.many', tree(1_000)),
    vscode.window.createTreeView('peer.one', tree(1)),
    vscode.window.createTreeView('peer.list', tree(1_000)),
    vscode.window.registerWebviewViewProvider('peer.page', {
      resolveWebviewView: (view) => {
        view.webview.html = '<!doctype html><html lang="en"><body><p>constant</p></body></html>';
      },
    }),
  );
  awake.show();
};
