/** Doctor's report: what an issue needs, and nothing that is a person's or a company's own. Nothing here imports vscode. */
import { basename } from 'node:path';
import type { Problem } from '../../../core/codes.ts';
import type { Finding } from '../../../core/doctor.ts';
import type { WorkspaceApplication } from '../../applications.ts';
import { settingDefaults } from '../../contributions.ts';
import type { Say, Words } from '../../messages.ts';
import type { Snapshot } from '../../platform/snapshot.ts';

export interface ReportFacts {
  /** The editor and what it runs on, in one line. */
  editor: string;
  findings: readonly Finding[];
  snapshot: Snapshot;
  applications: readonly Pick<WorkspaceApplication, 'name' | 'application' | 'problems'>[];
  /** Of ours, by their names without `slipway.`, whatever stands there. */
  settings: Readonly<Record<string, unknown>>;
}

/** Markdown. */
export function doctorReport(
  words: Words,
  { editor, findings, snapshot, applications, settings }: ReportFacts,
): string {
  const { say } = words;
  return [
    `# ${say('doctor.title')}`,
    '',
    say('doctor.editor', { line: editor }),
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
    `- ${platformLine(say, snapshot)}`,
    '',
    `## ${say('doctor.applications')}`,
    '',
    ...applicationLines(words, applications),
    '',
    `## ${say('doctor.settings')}`,
    '',
    ...settingLines(say, settings),
    '',
  ].join('\n');
}

function platformLine(say: Say, { entry, state, detail, info, services, revisions, pods }: Snapshot): string {
  const kind = entry.embedded ? say('platform.embedded') : say('doctor.context');
  const version = info && `${info.engine} ${info.version}, protocol ${info.protocolVersion}, Node.js ${info.node}`;
  const counts = say('doctor.counts', {
    services: services.length,
    revisions: revisions.length,
    instances: pods.length,
  });
  // What is wrong with a context names its server, or all of its kubeconfig's contexts.
  return [kind, say(`platform.${state}`), entry.embedded && detail, version, counts]
    .filter(Boolean)
    .join(say('doctor.separator'));
}

function applicationLines(words: Words, applications: ReportFacts['applications']): string[] {
  const { say } = words;
  if (applications.length === 0) return [`- ${say('doctor.noApplications')}`];
  return applications.flatMap(({ name, application, problems }) => [
    `- ${name}${application ? say('doctor.manifests', { count: application.manifests.length }) : ''}`,
    ...problems.map((problem) => `  - ${problemLine(words, problem)}`),
  ]);
}

/** What YAML could not be read may be quoted in its detail, a password too: where it stands is enough. */
function problemLine({ problem }: Words, { code, args, place }: Problem): string {
  const { text } = problem({ code, args: code === 'YamlSyntax' ? { ...args, detail: '…' } : args });
  return place ? `${basename(place.file)}:${place.line} ${text}` : text;
}

/** Contexts are counted, not named: they may be a company's own. */
function settingLines(say: Say, settings: Readonly<Record<string, unknown>>): string[] {
  const changed = Object.entries(settingDefaults).flatMap(([name, standard]) => {
    const value = settings[name];
    if (JSON.stringify(value) === JSON.stringify(standard) || value === undefined) return [];
    const count = Array.isArray(value) ? value.length : 1;
    return [`- slipway.${name}: ${name === 'contexts' ? say('doctor.entries', { count }) : JSON.stringify(value)}`];
  });
  return changed.length > 0 ? changed : [`- ${say('doctor.noSettings')}`];
}

export interface Names {
  home: string;
  host: string;
  user: string;
}

/** Home becomes `~`, the host and the user their words. Names of one or two letters stay: they would be found everywhere. */
export function withoutNames(report: string, { home, host, user }: Names): string {
  let text = home.length > 1 ? report.replaceAll(home, '~') : report;
  if (host.length > 2 && host !== 'localhost') text = replaceWord(text, host, 'HOST');
  if (user.length > 2 && user !== 'root') text = replaceWord(text, user, 'USER');
  return text;
}

function replaceWord(text: string, word: string, by: string): string {
  const escaped = word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return text.replace(new RegExp(`(?<![\\w-])${escaped}(?![\\w-])`, 'g'), by);
}
