import type { Socket } from 'node:net';
import type { Owner } from '../owner';

/** A connection that speaks another protocol than HTTP by now. */
export interface OpenSocket {
  readonly owner: Owner;
  /** Ends it; where the protocol is that of WebSockets, with this code and reason. */
  close(code: number, reason: string): void;
}

/** The connections of a gateway whose requests asked for another protocol. HTTP servers do not close these. */
export class OpenSockets {
  readonly #open = new Set<OpenSocket>();

  /** Remembers how a connection is to be closed, until it is. */
  add(connection: Socket, open: OpenSocket): void {
    this.#open.add(open);
    connection.once('close', () => this.#open.delete(open));
  }

  /** Closes the connections of the owners that the predicate holds for. */
  close(isMeant: (owner: Owner) => boolean, code: number, reason: string): void {
    for (const open of [...this.#open]) if (isMeant(open.owner)) open.close(code, reason);
  }
}
