import { METHODS } from 'node:http';

/** The method of rules for WebSockets. No request has it: it is asked for when a connection is upgraded. */
export const WEBSOCKET = 'WEBSOCKET';

/** What a rule for all methods shows as its methods where they have to be named. */
const USUAL = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'];

/**
 * What a rule for all methods does not answer. TRACE would show a client's credentials to a page that made it send them; CONNECT
 * asks for a tunnel and has no path; a WebSocket is not a request.
 */
const NEVER_ANY: readonly string[] = ['TRACE', 'CONNECT', WEBSOCKET];

/** Whether a rule for all methods answers this one. */
export function answersAny(method: string): boolean {
  return !NEVER_ANY.includes(method);
}

/** Whether a rule may name the method. Node hands out a CONNECT as an event of its own, never as a request. */
export function isRoutable(method: string): boolean {
  return METHODS.includes(method) && method !== 'CONNECT';
}

/** The methods for an `Allow` header, sorted: HEAD where GET is, the usual ones for `*`, and no WebSockets. */
export function allowedMethods(methods: ReadonlySet<string>): string[] {
  const allowed = new Set(methods);
  if (allowed.delete('*')) for (const method of USUAL) allowed.add(method);
  if (allowed.has('GET')) allowed.add('HEAD');
  allowed.delete(WEBSOCKET);
  return [...allowed].sort();
}
