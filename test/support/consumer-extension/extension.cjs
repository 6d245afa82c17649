// @ts-check
/** An extension of somebody else: uses Slipway's exported API and its tools, and writes what it got to a file. */
const { readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const vscode = require('vscode');

const reports = String(process.env.SLIPWAY_TEST_REPORTS);

/** @param {string} name @param {unknown} value */
const write = (name, value) => writeFileSync(join(reports, name), JSON.stringify(value));

/** @param {string} name @param {() => Promise<unknown>} work */
const reporting = (name, work) => () =>
  work().then(
    (value) => write(name, value),
    (error) => write(name, { error: String(error) }),
  );

/** @returns {Promise<import('../../../src/extension/slipway.d.ts').SlipwayApi>} */
async function api() {
  const extension = vscode.extensions.getExtension('slipway.slipway');
  if (!extension) throw new Error('slipway is not installed');
  return extension.activate();
}

/** @param {string} name @param {object} input @param {vscode.CancellationToken} [token] */
async function tool(name, input, token) {
  const { content } = await vscode.lm.invokeTool(name, { input, toolInvocationToken: undefined }, token);
  return content.map((part) => (part instanceof vscode.LanguageModelTextPart ? part.value : '')).join('');
}

/** Of the calls that were begun last. */
let calls = new vscode.CancellationTokenSource();

exports.activate = (/** @type {vscode.ExtensionContext} */ { subscriptions }) => {
  subscriptions.push(
    vscode.commands.registerCommand(
      'consumer.report',
      reporting('report.json', async () => {
        const slipway = await api();
        const tools = vscode.lm.tools.map(({ name }) => name).filter((name) => name.startsWith('slipway'));
        return {
          version: slipway.version,
          platform: slipway.platform,
          applications: await slipway.applications(),
          services: await slipway.services(),
          tools,
          list: JSON.parse(await tool('slipway_list', {})),
        };
      }),
    ),
    vscode.commands.registerCommand(
      'consumer.deploy',
      reporting('deploy.json', async () => {
        const lines = /** @type {string[]} */ ([]);
        const verdict = await (await api()).deploy('shop', { onLine: (line) => lines.push(line) });
        return { verdict, lines };
      }),
    ),
    // What is called stands in a file: an answer each, in the order in which they come.
    vscode.commands.registerCommand('consumer.call', () => {
      const { tool: name, inputs } = JSON.parse(readFileSync(join(reports, 'call.json'), 'utf8'));
      calls = new vscode.CancellationTokenSource();
      for (const [index, input] of inputs.entries())
        reporting(`call-${index}.json`, async () => JSON.parse(await tool(name, input, calls.token)))();
    }),
    vscode.commands.registerCommand('consumer.cancel', () => calls.cancel()),
  );
};
