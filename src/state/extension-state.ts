import { BacklotError } from '../api/errors';
import type { GatewayRequest } from '../api/gateway';
import type { Collection, CollectionOptions, IndexFunction, State } from '../api/state';
import { BYTES_CODEC, FROZEN_CODEC, JSON_CODEC, type Codec } from './codec';
import { otherKind, type Kind } from './entry';
import { IndexDefinitions } from './index-definition';
import { describe } from './key';
import { StoredCollection, type FoundTable } from './stored-collection';
import { tableId } from './table';
import type { WorldView } from './world';
import type { Worlds } from './worlds';

/** The longest name of a collection. */
const LONGEST_NAME = 200;

/** `this.state` of one incarnation of an extension. What it does, it does in the world that `view` gives at that moment. */
export class ExtensionState implements State {
  readonly #definitions = new Map<string, IndexDefinitions>();
  readonly #seeds: ((data: unknown) => void)[] = [];
  readonly #sandboxMaps: ((request: GatewayRequest) => string | undefined)[] = [];

  constructor(
    private readonly owner: string,
    private readonly worlds: Worlds,
    private readonly view: () => WorldView,
    /** Wraps a function so that what escapes from it is known to be the extension’s. */
    private readonly bind: <F extends (...args: never[]) => unknown>(run: F) => F = (run) => run,
  ) {}

  get sandbox(): string | undefined {
    return this.view().world.name || undefined;
  }

  collection<T>(name: string, options: CollectionOptions<T> = {}): Collection<T> {
    const definitions = this.#definitionsOf(name, 'json');
    if (options.indexes) definitions.declare(options.indexes as Readonly<Record<string, IndexFunction<unknown>>>);
    return this.#open(name, 'json', (options.frozen ? FROZEN_CODEC : JSON_CODEC) as Codec<T>, definitions);
  }

  bytes(name: string): Collection<Uint8Array> {
    return this.#open(name, 'bytes', BYTES_CODEC, this.#definitionsOf(name, 'bytes'));
  }

  transaction<R>(work: () => R): R {
    return this.worlds.transaction(work);
  }

  onSeed(seed: (data: unknown) => void): void {
    this.#seeds.push(seed);
  }

  mapSandbox(map: (request: GatewayRequest) => string | undefined): void {
    this.#sandboxMaps.push(this.bind(map));
  }

  /** The functions that were given to `mapSandbox`, as the extension’s. */
  get sandboxMaps(): readonly ((request: GatewayRequest) => string | undefined)[] {
    return this.#sandboxMaps;
  }

  /** The functions that were given to `onSeed`. */
  get seeds(): readonly ((data: unknown) => void)[] {
    return this.#seeds;
  }

  #definitionsOf(name: unknown, kind: Kind): IndexDefinitions {
    if (typeof name !== 'string' || name === '' || name.length > LONGEST_NAME) {
      throw new BacklotError(
        'BACKLOT_E_STATE_COLLECTION_INVALID',
        `${describe(name)} cannot be the name of a collection`,
        {
          where: { extension: this.owner },
          remedy: `Take a name of 1 to ${LONGEST_NAME} characters.`,
        },
      );
    }
    const id = tableId(name, kind);
    let definitions = this.#definitions.get(id);
    if (!definitions) this.#definitions.set(id, (definitions = new IndexDefinitions(this.owner, name)));
    return definitions;
  }

  #open<T>(name: string, kind: Kind, codec: Codec<T>, definitions: IndexDefinitions): Collection<T> {
    // Finding the table is half the cost of a read, and most reads are of the same one as the last.
    let last: FoundTable | undefined;
    const other = tableId(name, otherKind(kind));
    const find = (): FoundTable => {
      const view = this.view();
      const store = view.world.storeFor(view, this.owner);
      if (last?.store !== store) last = { store, table: store.table(name, kind) };
      // Only of what is empty there may be something of the other kind by now.
      else if (last.table.size === 0) store.checkEmpty(other);
      last.table.use(definitions);
      return last;
    };
    return new StoredCollection(name, definitions, codec, this.worlds, find);
  }
}
