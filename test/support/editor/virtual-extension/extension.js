/** A file system that is on no disk (`nowhere:`), with an application in it, as remote repositories have it. */
const vscode = require('vscode');

const files = {
  '/shop/slipway.yaml': 'name: shop\nbuild:\n  image: dev.local/shop\nrun:\n  start: node server.js\n',
  '/shop/deploy/service.yaml':
    'apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata:\n  name: shop\nspec:\n  template:\n    spec:\n      timeoutSeconds: -20\n      containers:\n        - image: dev.local/shop\n',
};

const below = (path) =>
  Object.keys(files).flatMap((file) => (file.startsWith(`${path}/`) ? [file.slice(path.length + 1)] : []));

exports.activate = ({ subscriptions }) => {
  const changes = new vscode.EventEmitter();
  const refuse = () => {
    throw vscode.FileSystemError.NoPermissions();
  };
  const provider = {
    onDidChangeFile: changes.event,
    watch: () => new vscode.Disposable(() => {}),
    stat: ({ path }) => {
      const folder = path.replace(/\/$/, '');
      if (files[path] === undefined && below(folder).length === 0) throw vscode.FileSystemError.FileNotFound();
      const type = files[path] === undefined ? vscode.FileType.Directory : vscode.FileType.File;
      return { type, ctime: 0, mtime: 0, size: files[path]?.length ?? 0 };
    },
    readDirectory: ({ path }) => {
      const names = below(path.replace(/\/$/, ''));
      return [...new Set(names.map((name) => name.split('/')[0]))].map((name) => [
        name,
        names.includes(name) ? vscode.FileType.File : vscode.FileType.Directory,
      ]);
    },
    readFile: ({ path }) => {
      if (files[path] === undefined) throw vscode.FileSystemError.FileNotFound();
      return new TextEncoder().encode(files[path]);
    },
    writeFile: refuse,
    createDirectory: refuse,
    delete: refuse,
    rename: refuse,
  };
  subscriptions.push(vscode.workspace.registerFileSystemProvider('nowhere', provider, { isReadonly: true }));
};
