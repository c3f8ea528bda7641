import type { Socket } from 'node:net';
import type { Owner } from '../owner';
import { emitWithin, whenOver, type RequestScope } from '../request-scope';

/** The code that closes WebSockets whose clients may connect again. */
export const SERVICE_RESTART = 1012;

/** A connection that speaks another protocol than HTTP by now. */
export interface OpenSocket {
  readonly owner: Owner;
  /** Ends it; where the protocol is that of WebSockets, with this code and reason. */
  close(code: number, reason: string): void;
}

/** The connections of a gateway whose requests asked for another protocol. HTTP servers do not close these. */
export class OpenSockets {
  readonly #open = new Set<OpenSocket>();

  /** Remembers how a connection is to be closed, until it is; also with the scope of the request that asked for it. */
  add(connection: Socket, open: OpenSocket, scope: RequestScope | undefined): void {
    this.#open.add(open);
    connection.once('close', () => this.#open.delete(open));
    if (!scope) return;
    emitWithin(connection, scope);
    const release = scope.hold();
    if (release) connection.once('close', release);
    whenOver(scope.signalFor(open.owner.name), connection, () => open.close(SERVICE_RESTART, 'the state was replaced'));
  }

  /** Closes the connections of the owners that the predicate holds for. */
  close(isMeant: (owner: Owner) => boolean, code: number, reason: string): void {
    for (const open of [...this.#open]) if (isMeant(open.owner)) open.close(code, reason);
  }
}
