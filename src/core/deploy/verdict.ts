/** How a deploy ends (decision 7): serving n %, ready and taking 0 %, or failed with one cause. Types and their making. */
import type { CauseCode, MessageArgs, SourcePlace } from '../codes.ts';
import type { CompilerProblem } from './compiler-lines.ts';
import type { Fix } from './fix.ts';

export type PhaseName = 'build' | 'snapshot' | 'upload' | 'apply' | 'start' | 'route';

export interface VerdictBase {
  service: string;
  namespace: string;
  /** The target in words (describeTarget). */
  target: string;
  environment: string | undefined;
  phases: { name: PhaseName; ms: number }[];
  totalMs: number;
}

export interface Evidence {
  /** Last lines of the build or of the instance, oldest first. */
  logs: string[];
  /** Conditions that are not True: `Ready: RevisionFailed: …`. */
  conditions: string[];
  /** Where in a file the fix goes, when it is known. */
  place?: SourcePlace;
  /** What the build's compilers said, with their places. */
  problems?: CompilerProblem[];
}

export type Verdict =
  | (VerdictBase & {
      outcome: 'serving';
      revision: string;
      url: string;
      /** 1–100. */
      percent: number;
      /** Nothing differed: no new revision was made. */
      unchanged: boolean;
      image: string | undefined;
      tagUrl?: string;
    })
  | (VerdictBase & {
      outcome: 'ready';
      revision: string;
      /** The service's; not this revision's, which takes 0 %. */
      url: string;
      percent: 0;
      unchanged: boolean;
      image: string | undefined;
      tagUrl?: string;
    })
  | (VerdictBase & {
      outcome: 'failed';
      /** The failed one, when it came that far. */
      revision: string | undefined;
      /** What serves on, when something does. */
      url: string | undefined;
      serving: string | undefined;
      cause: { code: CauseCode; args: MessageArgs };
      /** The one thing to do about it; its sentence is `fix.CODE` of the catalogue. */
      remedy: Fix;
      evidence: Evidence;
    })
  /** A dry run: nothing was changed. */
  | (VerdictBase & {
      outcome: 'planned';
      image: string | undefined;
      files: number;
      bytes: number;
      /** Bytes that would be uploaded. */
      uploadBytes: number;
      objects: { kind: string; name: string; action: 'create' | 'change' | 'keep' }[];
    });
