/** The client went away before the response was finished: nobody’s failure. The name is what `AbortSignal`s use. */
export class ClientGone extends Error {
  override readonly name = 'AbortError';
  readonly code = 'ABORT_ERR';

  constructor() {
    super('the client went away before the response was finished');
  }
}

/** True for an error that says that the client went away, whoever wrapped it. */
export function isClientGone(error: unknown): boolean {
  if (error instanceof ClientGone) return true;
  return typeof error === 'object' && error !== null && 'cause' in error && error.cause instanceof ClientGone;
}
