/** Doctor: what this machine has and lacks, as a document to read, and as text to paste into an issue. */
import { homedir, hostname, userInfo } from 'node:os';
import * as vscode from 'vscode';
import { localeOf } from '../../../core/messages/render.ts';
import { settingDefaults } from '../../contributions.ts';
import type { Deps } from '../../deps.ts';
import { showText } from '../../views/documents.ts';
import { doctorReport, withoutNames } from './report.ts';

export function doctorCommand(deps: Deps) {
  const { say } = deps.problems.words;
  return async (): Promise<void> => {
    const findings = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Window, title: say('doctor.progress') },
      async () => {
        const { doctor } = await import('../../../core/doctor.ts');
        const { target } = deps.platforms.snapshot.entry;
        const place = target.type === 'platform' ? { name: target.name, data: target.data } : {};
        return doctor({ ...place, locale: localeOf(vscode.env.language) });
      },
    );
    const configuration = vscode.workspace.getConfiguration('slipway');
    const report = doctorReport(deps.problems.words, {
      editor: editorLine(deps),
      findings,
      snapshot: deps.platforms.snapshot,
      applications: deps.applications.items,
      settings: Object.fromEntries(
        Object.keys(settingDefaults).map((name) => [name, configuration.get<unknown>(name)]),
      ),
    });
    await showText('doctor.md', report, 'markdown');
    const count = (wanted: string) => findings.filter(({ level }) => level === wanted).length;
    const copy = say('doctor.copy');
    const text = say('doctor.ready', { errors: count('error'), warnings: count('warning') });
    void vscode.window.showInformationMessage(text, copy).then(async (chosen) => {
      if (chosen !== copy) return;
      const names = { home: homedir(), host: hostname(), user: userName() };
      await vscode.env.clipboard.writeText(withoutNames(report, names));
      vscode.window.setStatusBarMessage(say('doctor.copied'), 5_000);
    });
  };
}

function editorLine({ context }: Deps): string {
  const version = String(context.extension.packageJSON.version);
  const where = vscode.env.remoteName ? `, remote ${vscode.env.remoteName.split('+')[0]}` : '';
  return `${vscode.env.appName} ${vscode.version} (${vscode.env.language}${where}), Slipway ${version}, Node.js ${process.versions.node}, ${process.platform} ${process.arch}`;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return '';
  }
}
