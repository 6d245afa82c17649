/** What goes wrong where nobody waits for it. Pure leaf. */

/** As an error of the log: with its stack where it has one. */
export const logError =
  (log: { error(error: string | Error): void }) =>
  (error: unknown): void =>
    log.error(error instanceof Error ? error : String(error));

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
