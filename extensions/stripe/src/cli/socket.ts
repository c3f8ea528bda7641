import { HttpError, type RequestContext, type Router } from 'backlot';
import type { CommandLines } from './command-lines';

/** The protocol that the official command line speaks. */
const PROTOCOL = 'stripecli-devproxy-v1';

/** Adds the WebSocket of the command line. It only listens: what it answers says how the application took an event. */
export function serveCommandLine(router: Router, commandLines: CommandLines): void {
  router.ws('/v1/stripecli/subscribe', (socket, context) => commandLines.connect(sessionOf(context), socket), {
    protocols: (offered, context) => {
      // These words make the command line ask for a new session.
      if (!commandLines.knows(sessionOf(context))) throw new HttpError(404, 'Unknown WebSocket ID.');
      return offered.find((each) => each === PROTOCOL);
    },
  });
}

function sessionOf({ request }: Pick<RequestContext, 'request'>): string {
  return String(request.headers['websocket-id'] ?? '');
}
