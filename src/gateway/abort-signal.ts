import { setMaxListeners } from 'node:events';
import type { ServerResponse } from 'node:http';
import { ClientGone } from './client-gone';
import { whenOver } from './request-scope';

/**
 * A signal that is aborted when a response is closed before it is finished, as the client went away; and when what the request
 * belongs to is over before that.
 */
export function abortSignalOf(response: ServerResponse, over?: AbortSignal): AbortSignal {
  const controller = new AbortController();
  // One request may wait for much at once.
  setMaxListeners(0, controller.signal);
  const abort = (): void => {
    if (!response.writableFinished) controller.abort(new ClientGone());
  };
  if (response.closed || response.destroyed) abort();
  else response.once('close', abort);
  if (over) whenOver(over, response, () => controller.abort(over.reason));
  return controller.signal;
}
