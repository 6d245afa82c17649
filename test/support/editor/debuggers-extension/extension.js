/**
 * A stand-in for ms-python.debugpy and golang.go, where they attach: what listens speaks the protocol itself (debugpy, and Delve for
 * `mode: remote`), so the editor is connected with it. The defaults of theirs that matter are kept: output is repeated unless it is
 * told not to be.
 */
const vscode = require('vscode');

exports.activate = (context) => {
  const types = {
    debugpy: (configuration) => ({ redirectOutput: true, ...configuration }),
    go: (configuration) => configuration,
  };
  for (const [type, withDefaults] of Object.entries(types)) {
    context.subscriptions.push(
      vscode.debug.registerDebugConfigurationProvider(type, {
        resolveDebugConfiguration: (_folder, configuration) => withDefaults(configuration),
      }),
      vscode.debug.registerDebugAdapterDescriptorFactory(type, {
        createDebugAdapterDescriptor: ({ configuration }) => {
          const { host, port } = configuration.connect ?? configuration;
          return new vscode.DebugAdapterServer(port, host);
        },
      }),
    );
  }
};
