import { BacklotError } from '../api/errors';
import type { Place } from './durable/durable-store';
import { otherKind, type Kind } from './entry';
import type { Epoch } from './epoch';
import { Table, tableId } from './table';

/** The collections of one extension at one moment. Nothing in it changes any more. */
export class OwnerImage {
  constructor(
    readonly owner: string,
    /** By {@link tableId}. */
    readonly tables: ReadonlyMap<string, Table>,
    /** The layer of the durable store that ends with this moment; undefined when nothing was ever written. */
    readonly layer: number | undefined,
  ) {}
}

/** The collections of one extension in one world, until they are reset or restored. */
export class OwnerStore {
  readonly #tables: Map<string, Table>;
  #origin: OwnerImage | undefined;

  /** Where it lies in the durable store. */
  place: Place;

  constructor(
    readonly owner: string,
    /** Ends when these collections are replaced by others. */
    readonly epoch: Epoch,
    origin: OwnerImage | undefined,
    stored?: { readonly tables: ReadonlyMap<string, Table>; readonly place: Place },
  ) {
    this.#origin = origin;
    this.#tables = new Map(stored?.tables);
    this.place = stored?.place ?? { on: origin?.layer };
  }

  /**
   * A collection, made when it is not there. Throws `BACKLOT_E_STATE_COLLECTION_INVALID` when there is something of the other
   * kind under that name.
   */
  table(name: string, kind: Kind): Table {
    const known = this.#find(tableId(name, kind));
    if (known && known.size > 0) return known;
    this.checkEmpty(tableId(name, otherKind(kind)));
    if (known) return known;
    const table = new Table(name, kind);
    this.#tables.set(tableId(name, kind), table);
    return table;
  }

  /** Throws `BACKLOT_E_STATE_COLLECTION_INVALID` when there is something in a table. `id` is its {@link tableId}. */
  checkEmpty(id: string): void {
    const table = this.#find(id);
    if (!table || table.size === 0) return;
    throw new BacklotError(
      'BACKLOT_E_STATE_COLLECTION_INVALID',
      `the collection "${table.name}" holds ${table.kind === 'bytes' ? 'bytes' : 'JSON values'}`,
      { where: { extension: this.owner } },
    );
  }

  #find(id: string): Table | undefined {
    const own = this.#tables.get(id);
    if (own) return own;
    const table = this.#origin?.tables.get(id)?.clone();
    if (table) this.#tables.set(id, table);
    return table;
  }

  /** The collections that hold something. They are not to be written to. */
  get tables(): Table[] {
    const all = new Map([...(this.#origin?.tables ?? []), ...this.#tables]);
    return [...all.values()].filter(({ size }) => size > 0);
  }

  /** All of it as of now. */
  image(): OwnerImage {
    if (this.place.own === undefined && this.#origin) return this.#origin;
    const tables = new Map([...(this.#origin?.tables ?? []), ...this.#tables]);
    for (const [id, table] of this.#tables) tables.set(id, table.clone());
    return new OwnerImage(this.owner, tables, this.place.own ?? this.place.on);
  }

  /** Goes on from an image that was just made of it. */
  continueFrom(image: OwnerImage): void {
    this.#origin = image;
    this.place = { on: image.layer };
  }
}
