/** Doctor: what this machine has and lacks, as a document to read or to paste into an issue. */
import * as vscode from 'vscode';
import type { Deps } from '../../deps.ts';
import { showText } from '../../views/documents.ts';

export function doctorCommand(deps: Deps) {
  const { say } = deps.problems.words;
  return async (): Promise<void> => {
    try {
      const findings = await vscode.window.withProgress(
        { location: vscode.ProgressLocation.Window, title: say('doctor.progress') },
        async () => {
          const { doctor } = await import('../../../core/doctor.ts');
          const { target } = deps.platforms.snapshot.entry;
          return doctor(target.type === 'platform' ? { name: target.name, data: target.data } : {});
        },
      );
      const version = String(deps.context.extension.packageJSON.version);
      const lines = findings.flatMap(({ level, text, fix }) => [
        `- **${say(`doctor.${level}`)}** ${text}`,
        ...(fix ? [`  - ${fix}`] : []),
      ]);
      const editor = `${vscode.env.appName} ${vscode.version}, Slipway ${version}, Node.js ${process.versions.node}, ${process.platform} ${process.arch}`;
      const report = [
        `# ${say('doctor.title')}`,
        '',
        `${say('doctor.editor')}: ${editor}`,
        '',
        `## ${say('doctor.heading')}`,
        '',
        ...lines,
        '',
      ];
      await showText('doctor.md', report.join('\n'), 'markdown');
    } catch (error) {
      await deps.problems.report(error);
    }
  };
}
