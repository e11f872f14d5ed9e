/** An error of the option parser. Told apart by its code: it may come from another copy of the package. */
export interface CommanderError extends Error {
  readonly code: string;
  readonly exitCode: number;
}

/** Whether `error` came from the option parser, which has then printed it already. */
export function isCommanderError(error: unknown): error is CommanderError {
  return error instanceof Error && String((error as CommanderError).code).startsWith('commander.');
}
