import type { ServerResponse } from 'node:http';
import { ClientGone } from './client-gone';

/** A signal that is aborted when a response is closed before it is finished: the client went away. */
export function abortSignalOf(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  const abort = (): void => {
    if (!response.writableFinished) controller.abort(new ClientGone());
  };
  if (response.closed || response.destroyed) abort();
  else response.once('close', abort);
  return controller.signal;
}
