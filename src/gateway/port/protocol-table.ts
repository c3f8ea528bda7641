/** The raw TCP protocols that extensions speak on the gateway’s port. */
import type { Socket } from 'node:net';
import { BacklotError } from '../../api/errors';
import type { Protocol } from '../../api/gateway';
import type { Owner } from '../owner';

/** A protocol as the table keeps it; its functions are bound to the owner. */
export interface ProtocolRecord {
  readonly protocol: Protocol;
  readonly owner: Owner;
}

/** Where protocols go. */
export interface ProtocolSink {
  /** Throws `BACKLOT_E_ROUTE_CONFLICT`, and has then added nothing. */
  add(record: ProtocolRecord): void;
  /** Takes out all protocols that the predicate holds for; says how many. */
  remove(predicate: (record: ProtocolRecord) => boolean): number;
}

/** All protocols of the gateway, in the order in which they are asked, and the connections that each owner has. */
export class ProtocolTable implements ProtocolSink {
  #records: readonly ProtocolRecord[] = [];
  readonly #sockets = new Map<Owner, Set<Socket>>();

  /** The protocols in order; a new array after each change. */
  get records(): readonly ProtocolRecord[] {
    return this.#records;
  }

  add(record: ProtocolRecord): void {
    assertFree(record, this.#records);
    this.#records = [...this.#records, record];
  }

  remove(predicate: (record: ProtocolRecord) => boolean): number {
    const before = this.#records.length;
    this.#records = this.#records.filter((record) => !predicate(record));
    return before - this.#records.length;
  }

  /**
   * Puts protocols in the place of others in one step. When one of them conflicts with one that stays, nothing has
   * changed. Connections that are open stay with whom they have. Gives what takes it back.
   */
  swap(isReplaced: (record: ProtocolRecord) => boolean, records: readonly ProtocolRecord[]): () => void {
    const before = this.#records;
    const next = before.filter((record) => !isReplaced(record));
    for (const record of records) {
      assertFree(record, next);
      next.push(record);
    }
    this.#records = next;
    return () => {
      this.#records = before;
    };
  }

  /** Notes a connection that an owner speaks a protocol on, until it is closed. */
  own(owner: Owner, socket: Socket): void {
    const sockets = this.#sockets.get(owner) ?? new Set();
    this.#sockets.set(owner, sockets.add(socket));
    socket.once('close', () => {
      sockets.delete(socket);
      if (sockets.size === 0 && this.#sockets.get(owner) === sockets) this.#sockets.delete(owner);
    });
  }

  /** Cuts the connections of the owners that the predicate holds for. */
  cut(isMeant: (owner: Owner) => boolean): void {
    for (const [owner, sockets] of this.#sockets) {
      if (isMeant(owner)) for (const socket of sockets) socket.destroy();
    }
  }
}

/** The protocols of an owner that no connection may see yet. */
export class StagedProtocols implements ProtocolSink {
  #collected: readonly ProtocolRecord[] | undefined = [];

  constructor(private readonly table: ProtocolTable) {}

  /** The protocols that wait to be put into the table; none once it is open. */
  get collected(): readonly ProtocolRecord[] {
    return this.#collected ?? [];
  }

  /** Lets everything that comes from now on go to the table at once. */
  open(): void {
    this.#collected = undefined;
  }

  add(record: ProtocolRecord): void {
    if (!this.#collected) return this.table.add(record);
    assertFree(record, this.#collected);
    this.#collected = [...this.#collected, record];
  }

  remove(predicate: (record: ProtocolRecord) => boolean): number {
    if (!this.#collected) return this.table.remove(predicate);
    const before = this.#collected.length;
    this.#collected = this.#collected.filter((record) => !predicate(record));
    return before - this.#collected.length;
  }
}

function assertFree({ protocol, owner }: ProtocolRecord, records: readonly ProtocolRecord[]): void {
  const standing = records.find((other) => other.protocol.name === protocol.name);
  if (!standing) return;
  throw new BacklotError(
    'BACKLOT_E_ROUTE_CONFLICT',
    `${owner.name} adds the protocol ${protocol.name}, which ${standing.owner.name} has already`,
    { where: { extension: owner.name } },
  );
}
