/** What is told of a failure: its cause as this application has it, the one thing to do, its place, and the compilers' lines in the output. */
import { readFileSync } from 'node:fs';
import type { Application } from '../app/model.ts';
import type { SourcePlace } from '../codes.ts';
import { type CompilerProblem, compilerProblems } from './compiler-lines.ts';
import type { Cause } from './diagnose.ts';
import { type Fix, fixFor } from './fix.ts';
import { withInstall } from './install-command.ts';

export interface FailedIn {
  app: Application;
  namespace: string;
  /** With the flags that lead to the platform (kubectlOf). */
  kubectl: string;
  /** Where the platform takes requests on this machine. */
  ingress: number | undefined;
  /** The application's sources: one of them may have a port in it. */
  sources: readonly string[];
}

export interface FailureEvidence {
  logs: readonly string[];
  place?: SourcePlace | undefined;
  problems?: readonly CompilerProblem[] | undefined;
}

export function explainFailure(
  found: Cause,
  failed: FailedIn,
  { logs, place, problems: known }: FailureEvidence,
): { cause: Cause; remedy: Fix; place: SourcePlace | undefined; problems: readonly CompilerProblem[] } {
  const { dir } = failed.app;
  const cause = withInstall(asBuildable(ofGateway(found, failed.ingress), failed.app), dir, readSoon);
  const problems =
    known ??
    compilerProblems(
      logs.map((line) => inDirectory(line, dir)),
      dir,
    );
  const remedy = fixFor(cause, { ...failed, read: readSoon, logs, problems, place });
  return { cause, remedy, problems, place: place ?? (remedy.type === 'command' ? undefined : remedy.place) };
}

/** The port that most applications have is the platform's as well. */
function ofGateway(cause: Cause, ingress: number | undefined): Cause {
  const isGateway = cause.code === 'AppPortInUse' && ingress !== undefined && Number(cause.args['port']) === ingress;
  return isGateway ? { code: 'AppPortIsGateway', args: cause.args } : cause;
}

/** An image that is not there, of an application whose sources lie beside the manifest and could be built. */
function asBuildable(cause: Cause, { build, run }: Pick<Application, 'build' | 'run'>): Cause {
  if (cause.code !== 'ImageNeedsDocker' || !build.foreign || !run.start) return cause;
  return { code: 'SourcesNotBuilt', args: cause.args };
}

/** undefined where it cannot be read. */
export function readSoon(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** Where the platform laid the snapshot is nobody's business: its files are the application's own. */
function inDirectory(line: string, dir: string): string {
  return line.replaceAll(/(?:file:\/\/)?\/\S*\/trees\/[0-9a-f]{16,}\//g, `${dir}/`);
}
