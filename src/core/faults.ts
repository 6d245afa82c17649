/** A mistake of the user or a state of the machine: a closed code, clear words, no stack. A bug is a plain Error. */
import type { MessageArgs, Problem, ProblemCode, SourcePlace } from './codes.ts';
import { inEnglish } from './messages/core-english.ts';

/** `message` is the English text of the code; front ends render `code` and `args` in their own language. */
export class Fault extends Error {
  readonly code: ProblemCode;
  readonly args: MessageArgs;
  readonly place: SourcePlace | undefined;

  constructor(code: ProblemCode, args: MessageArgs = {}, options: { place?: SourcePlace; cause?: unknown } = {}) {
    super(inEnglish(`problem.${code}`, args), options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'Fault';
    this.code = code;
    this.args = args;
    this.place = options.place;
  }

  toProblem(): Problem {
    return { code: this.code, args: this.args, severity: 'error', ...(this.place ? { place: this.place } : {}) };
  }
}

export function isFault(error: unknown, code?: ProblemCode): error is Fault {
  return error instanceof Fault && (code === undefined || error.code === code);
}

/** Nobody answers there now: the same may be asked again when the platform is back. */
export function isAway(error: unknown): boolean {
  return (['ClusterUnreachable', 'ClusterTimeout', 'PlatformStopped', 'PlatformNotRunning'] as const).some((code) =>
    isFault(error, code),
  );
}
