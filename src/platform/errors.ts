/** Exit codes of the command line. */
export const ExitCode = { ok: 0, failure: 1, refused: 2, collectionComplete: 3 } as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/**
 * A mistake that the person in front of the terminal can mend: printed as its message alone, without a stack.
 * The message says what is wrong, where, and what to do.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode = ExitCode.failure) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** The message of whatever was thrown. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The message of what `fetch` threw: it says only "fetch failed" and keeps the reason in `cause`. */
export function causeMessage(error: unknown): string {
  return error instanceof Error && error.cause instanceof Error && error.cause.message !== ''
    ? error.cause.message
    : errorMessage(error);
}

/** The `code` of a Node system error (`ENOENT`, `EADDRINUSE`, ...), or undefined. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
