/**
 * A task's terminal. What it prints is for a reader and for the problem matcher `$slipway`: problems are
 * `file:line:column: severity: text`, the states of a running application `[slipway] state …`, in every language.
 */
import * as vscode from 'vscode';
import type { Application } from '../../core/app/model.ts';
import type { SourcePlace } from '../../core/codes.ts';
import { isFault } from '../../core/faults.ts';
import type { RunCrash, RunState } from '../../core/run/run.ts';
import type { WorkspaceApplication } from '../applications.ts';
import { verdictText } from '../deploy-words.ts';
import { saveFilesOf } from '../deploys.ts';
import type { Deps } from '../deps.ts';
import { together } from '../messages.ts';
import { applicationFor, type SlipwayTask } from './definition.ts';
import { workspacePaths } from './paths.ts';

type Uses = Pick<Deps, 'applications' | 'deploys' | 'platforms' | 'problems' | 'runs'>;

interface Output {
  line(text: string): void;
  problem(place: SourcePlace | undefined, severity: 'error' | 'warning', text: string): void;
  signal: AbortSignal;
}

const shortestMs = 700;

export function taskTerminal(deps: Uses, asked: SlipwayTask, folder: string | undefined): vscode.Pseudoterminal {
  const writes = new vscode.EventEmitter<string>();
  const closes = new vscode.EventEmitter<number>();
  const stop = new AbortController();
  const output: Output = {
    // A terminal obeys control sequences; an application's own output is shown, not obeyed, but for its colours.
    line: (text) => writes.fire(`${shown(text)}\r\n`),
    problem: (place, severity, text) => {
      const at = place && `${place.file}:${place.line}:${place.column}: ${severity}: `;
      output.line(`${at ?? `${severity}: `}${text}`);
    },
    signal: stop.signal,
  };
  return {
    onDidWrite: writes.event,
    onDidClose: closes.event,
    open: () => {
      const opened = Date.now();
      void perform(deps, asked, folder, output)
        .catch((error: unknown) => {
          if (!isFault(error, 'Cancelled')) {
            const { text, fix, place } = deps.problems.explain(error);
            output.problem(place, 'error', together(deps.problems.words.locale, [text, fix]));
          }
          return 1;
        })
        // A terminal that ends within its first half second is said to have failed to launch, whatever it printed.
        .then((code) => setTimeout(() => closes.fire(code), Math.max(0, opened + shortestMs - Date.now())));
    },
    close: () => stop.abort(),
    handleInput: (data) => {
      // Ctrl-C: a terminal of this kind has no process that would get the signal.
      if (data === '\u0003') stop.abort();
    },
  };
}

async function perform(deps: Uses, asked: SlipwayTask, folder: string | undefined, output: Output): Promise<number> {
  const { say } = deps.problems.words;
  if (!vscode.workspace.isTrusted) {
    output.line(say('untrusted'));
    return 1;
  }
  const entry = await deps.applications.find((items) =>
    applicationFor(items, asked.application, folder, workspacePaths(items)),
  );
  if (!entry) {
    output.problem(undefined, 'error', say('task.unknownApplication', { application: asked.application ?? '' }));
    return 1;
  }
  const perKind = { deploy, run, build };
  return perKind[asked.task](deps, entry, asked, output);
}

async function deploy(
  deps: Uses,
  { dir, name }: WorkspaceApplication,
  asked: SlipwayTask,
  output: Output,
): Promise<number> {
  const { problems, deploys } = deps;
  const verdict = await deploys.deployTold({ dir, name, environment: asked.environment }, output);
  if (!verdict) return 1;
  const text = verdictText(problems.words, verdict);
  if (verdict.outcome !== 'failed') {
    output.line(text);
    return 0;
  }
  for (const line of [...verdict.evidence.conditions, ...verdict.evidence.logs.map((log) => `| ${log}`)])
    output.line(line);
  if (verdict.cause.code === 'BuildFailed') {
    for (const { place, severity, message } of verdict.evidence.problems ?? [])
      output.problem(place, severity, message);
  }
  output.problem(
    verdict.evidence.place,
    'error',
    together(problems.words.locale, [text, problems.of(verdict.cause).fix]),
  );
  if (verdict.remedy.type === 'command') output.line(`$ ${verdict.remedy.line}`);
  return 1;
}

async function build(deps: Uses, { dir }: WorkspaceApplication, asked: SlipwayTask, output: Output): Promise<number> {
  const application = await savedApplication(dir);
  const [client, { buildImage }] = await Promise.all([
    deps.platforms.need(undefined, output.signal),
    import('../../core/deploy/build-image.ts'),
  ]);
  const lines: string[] = [];
  const built = await buildImage(
    { client, app: application, environment: asked.environment },
    (text) => {
      lines.push(text);
      output.line(text);
    },
    output.signal,
  ).catch(async (error: unknown) => {
    const { compilerProblems } = await import('../../core/deploy/compiler-lines.ts');
    for (const each of compilerProblems(lines, dir)) output.problem(each.place, each.severity, each.message);
    throw error;
  });
  const { image, files, uploadedBytes: bytes } = built;
  output.line(deps.problems.say('task.built', { image: image.reference, files, bytes }));
  return 0;
}

function tellCrash({ problems }: Uses, { cause, place, remedy, problems: lines }: RunCrash, output: Output): void {
  for (const each of lines) output.problem(each.place, each.severity, each.message);
  const { text, fix } = problems.of(cause);
  output.problem(place, 'error', together(problems.words.locale, [text, fix]));
  if (remedy.type === 'command' && remedy.command !== 'showLogs') output.line(`$ ${remedy.line}`);
}

/** As it is on the disk once all of it is saved. @throws Fault */
async function savedApplication(dir: string): Promise<Application> {
  await saveFilesOf(dir);
  const { loadApplication } = await import('../../core/app/model.ts');
  return loadApplication(dir);
}

/** Until it is stopped here, elsewhere in the editor, or on the platform. */
async function run(deps: Uses, { dir }: WorkspaceApplication, _asked: SlipwayTask, output: Output): Promise<number> {
  const { say } = deps.problems.words;
  const application = await savedApplication(dir);
  output.line(`[slipway] starting ${application.name}`);
  const running = await deps.runs.start(application, {
    debug: undefined,
    signal: output.signal,
    onEvent: (event) => {
      if (event.type === 'log') output.line(event.line.text);
      if (event.type === 'platform')
        output.line(say(event.there ? 'run.platformBack' : 'run.platformAway', { name: application.name }));
      if (event.type !== 'state') return;
      output.line(stateLine(event.state, say(`run.state.${event.state}`), running?.session.url));
      if (event.state === 'crashed' && event.crash) tellCrash(deps, event.crash, output);
    },
  });
  const end = () => void deps.runs.stop(dir, running).catch((error: unknown) => deps.problems.report(error));
  if (output.signal.aborted) end();
  output.signal.addEventListener('abort', end);
  await running.session.ended;
  output.signal.removeEventListener('abort', end);
  output.line(`[slipway] stopped ${say('task.ended')}`);
  return 0;
}

/** The problem matcher's words, which are the same in every language, and the reader's own where they are others. */
function stateLine(state: RunState, word: string, url: string | undefined): string {
  return ['[slipway]', state, ...(word === state ? [] : [word]), ...(url ? [url] : [])].join(' ');
}

/** Colours (SGR) stay; every other control character is taken out. */
function shown(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about.
  return text.replace(/\u001b\[[\d;]*m|[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/g, (found) =>
    found.endsWith('m') && found.length > 1 ? found : '',
  );
}
