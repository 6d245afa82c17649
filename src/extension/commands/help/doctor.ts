/** Doctor: what this machine has and lacks, as a document to read, and as text to paste into an issue. */
import { homedir, hostname, userInfo } from 'node:os';
import * as vscode from 'vscode';
import { localeOf } from '../../../core/messages/render.ts';
import { settingDefaults } from '../../contributions.ts';
import type { Deps } from '../../deps.ts';
import { showText } from '../../views/documents.ts';
import { withoutNames } from './report.ts';

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
    const report = [
      `# ${say('doctor.title')}`,
      '',
      `${say('doctor.editor')}: ${editorLine(deps)}`,
      '',
      `## ${say('doctor.heading')}`,
      '',
      ...findings.flatMap(({ level, text, fix }) => [
        `- **${say(`doctor.${level}`)}** ${text}`,
        ...(fix ? [`  - ${fix}`] : []),
      ]),
      '',
      `## ${say('doctor.platform')}`,
      '',
      `- ${platformLine(deps)}`,
      '',
      `## ${say('doctor.applications')}`,
      '',
      ...applicationLines(deps),
      '',
      `## ${say('doctor.settings')}`,
      '',
      ...settingLines(),
      '',
    ].join('\n');
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

function platformLine({ platforms }: Deps): string {
  const { entry, state, detail, info, services, revisions, pods } = platforms.snapshot;
  const kind = entry.embedded ? 'embedded' : 'context';
  const version = info && `${info.engine} ${info.version}, protocol ${info.protocolVersion}, Node.js ${info.node}`;
  const counts = `services: ${services.length}, revisions: ${revisions.length}, pods: ${pods.length}`;
  return [kind, state, detail, version, counts].filter(Boolean).join('; ');
}

function applicationLines({ applications, problems }: Deps): string[] {
  if (applications.items.length === 0) return [`- ${problems.say('doctor.noApplications')}`];
  return applications.items.flatMap(({ name, application, problems: found }) => [
    `- ${name}${application ? ` (manifests: ${application.manifests.length})` : ''}`,
    ...found.map((problem) => `  - ${problems.of(problem).text}`),
  ]);
}

/** Contexts are counted, not named: they may be a company's own. */
function settingLines(): string[] {
  const configuration = vscode.workspace.getConfiguration('slipway');
  const changed = Object.entries(settingDefaults).flatMap(([name, standard]) => {
    const value = configuration.get<unknown>(name);
    if (JSON.stringify(value) === JSON.stringify(standard) || value === undefined) return [];
    return [`- slipway.${name}: ${Array.isArray(value) ? `${value.length} entries` : JSON.stringify(value)}`];
  });
  return changed.length > 0 ? changed : ['- –'];
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return '';
  }
}
