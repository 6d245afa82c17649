/** What the command line touches of the world, so that tests run the real `main` with their own. */

export interface CliIo {
  stdout(text: string): void;
  stderr(text: string): void;
  env: NodeJS.ProcessEnv;
  cwd: string;
  /** Someone is there to be asked, and to see colours and moving lines. */
  interactive: boolean;
  /** Aborts on Ctrl-C. */
  signal: AbortSignal;
}
