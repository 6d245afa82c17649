/** One item: the platform's state and the way on. A click starts it when it is down, else offers what one does with it. */
import * as vscode from 'vscode';
import type { CommandId } from './contributions.ts';
import type { Deps } from './deps.ts';

export function registerStatusBar(
  deps: Pick<Deps, 'platforms' | 'problems' | 'deploys' | 'applications'>,
): vscode.Disposable {
  const { say } = deps.problems.words;
  const item = vscode.window.createStatusBarItem('slipway.platform', vscode.StatusBarAlignment.Left, 5);
  item.name = 'Slipway';
  const command = (id: CommandId) => {
    item.command = id;
  };
  const paint = () => {
    const { snapshot } = deps.platforms;
    const name = snapshot.entry.label;
    const [doing] = deps.deploys.underWay.values();
    item.backgroundColor = undefined;
    const instances = snapshot.pods.filter(({ status }) => isReady(status)).length;
    const counted =
      instances === 1 ? say('platform.instances.one') : say('platform.instances.many', { count: instances });
    switch (snapshot.state) {
      case 'ready':
        item.text = doing
          ? `$(loading~spin) ${doing}`
          : `$(server-environment) ${name}${instances > 0 ? ` · ${counted}` : ''}`;
        item.tooltip = say('platform.status.ready', { name, services: snapshot.services.length, instances });
        command('slipway.platform.menu');
        break;
      case 'stopped':
        item.text = `$(circle-slash) ${name}: ${say('platform.stopped')}`;
        item.tooltip = say('platform.status.stopped', { name });
        command('slipway.platform.start');
        break;
      case 'starting':
      case 'connecting':
        item.text = `$(loading~spin) ${name}`;
        item.tooltip = say('platform.status.starting', { name });
        command('slipway.showOutput');
        break;
      case 'lost':
        item.text = `$(warning) ${name}`;
        item.tooltip = `${say('platform.status.lost', { name })}\n${snapshot.detail ?? ''}`;
        item.backgroundColor = new vscode.ThemeColor('statusBarItem.warningBackground');
        command('slipway.platform.menu');
    }
    // In a window without an application it shows only what is going on, not that nothing is.
    if (snapshot.state === 'stopped' && deps.applications.items.length === 0) item.hide();
    else item.show();
  };
  paint();
  return vscode.Disposable.from(
    item,
    deps.platforms.onChange(paint),
    deps.deploys.onChange(paint),
    deps.applications.onChange(paint),
  );
}

function isReady(status: unknown): boolean {
  const conditions = (status as { conditions?: { type: string; status: string }[] } | undefined)?.conditions;
  return conditions?.some(({ type, status: truth }) => type === 'Ready' && truth === 'True') ?? false;
}
