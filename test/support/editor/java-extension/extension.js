/**
 * A stand-in for redhat.java and vscjava.vscode-java-debug, where they attach: Microsoft's debug adapter, which in those runs in the
 * language server, in a JVM of its own (Adapter.java). It does not debug, either, while that server only reads sources.
 */
const { delimiter, join } = require('node:path');
const vscode = require('vscode');

exports.activate = (context) => {
  const bundled = join(__dirname, 'bundled');
  const classPath = [bundled, join(bundled, '*')].join(delimiter);
  context.subscriptions.push(
    vscode.debug.registerDebugConfigurationProvider('java', {
      resolveDebugConfigurationWithSubstitutedVariables: (_folder, configuration) =>
        vscode.workspace.getConfiguration('java').get('server.launchMode') === 'LightWeight'
          ? undefined
          : configuration,
    }),
    vscode.debug.registerDebugAdapterDescriptorFactory('java', {
      createDebugAdapterDescriptor: () =>
        new vscode.DebugAdapterExecutable(process.env.SLIPWAY_TEST_JAVA, ['-cp', classPath, 'Adapter']),
    }),
  );
};
