/** The platform's side of the guardian (decision 11). */
export interface Guardian {
  /** Names a process group to end when the platform dies. */
  add(pgid: number): void;
  remove(pgid: number): void;
  readonly pid: number | undefined;
  close(): Promise<void>;
}

export interface GuardianOptions {
  /** The bundled guardian (dist/guardian.mjs) or its source. */
  script: string;
  /** Default process.execPath. */
  node?: string;
}

export async function startGuardian(_options: GuardianOptions): Promise<Guardian> {
  throw new Error('the guardian is being written');
}
