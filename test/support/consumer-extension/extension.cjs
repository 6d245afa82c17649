// @ts-check
/** An extension of somebody else: uses Slipway's exported API and its tools, and writes what it got to a file. */
const { writeFileSync } = require('node:fs');
const { join } = require('node:path');
const vscode = require('vscode');

/** @param {string} name @param {unknown} value */
const write = (name, value) =>
  writeFileSync(join(String(process.env.SLIPWAY_TEST_REPORTS), name), JSON.stringify(value));

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

/** @param {string} name @param {object} input */
async function tool(name, input) {
  const { content } = await vscode.lm.invokeTool(name, { input, toolInvocationToken: undefined });
  return content.map((part) => (part instanceof vscode.LanguageModelTextPart ? part.value : '')).join('');
}

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
    vscode.commands.registerCommand(
      'consumer.ship',
      reporting('ship.json', () => tool('slipway_deploy', { application: 'shop' })),
    ),
    vscode.commands.registerCommand(
      'consumer.read',
      reporting('read.json', () => tool('slipway_logs', { service: 'shop', lines: 5 })),
    ),
    vscode.commands.registerCommand(
      'consumer.wrong',
      reporting('wrong.json', () => tool('slipway_traffic', { service: 'shop', percent: { 'shop-00001': 40 } })),
    ),
    vscode.commands.registerCommand(
      'consumer.move',
      reporting('move.json', () => tool('slipway_traffic', { service: 'shop', percent: { 'shop-00001': 100 } })),
    ),
  );
};
