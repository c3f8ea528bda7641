/** What an extension keeps through the platform: `this.state`. Everything here is synchronous. */
import type { GatewayRequest } from './gateway';

/**
 * What a value is found by: a string, a finite number, or an array of both.
 *
 * Numbers come before strings, strings before arrays. Strings are ordered by their code units, arrays element by element,
 * with the shorter first where one begins with the other.
 */
export type Key = string | number | readonly (string | number)[];

/** A part of what is ordered by a key. Everything when empty; what is given together has to hold together. */
export interface Range<K extends Key = Key> {
  /** Begins with this key. */
  readonly from?: K;
  /** Begins behind this key: what a page of a listing goes on with. */
  readonly after?: K;
  /** Ends with this key. */
  readonly to?: K;
  /** Ends before this key. */
  readonly before?: K;
  /** Only strings that begin with this string, or only arrays that begin with these elements. */
  readonly prefix?: string | readonly (string | number)[];
  /** From the end to the beginning. */
  readonly reverse?: boolean;
  /** At most so many, counted from where it begins. */
  readonly limit?: number;
}

/** What of an index is asked for: one key of it, or a range of them. */
export type IndexRange = (Range & { readonly equals?: undefined }) | IndexEquals;

/** All values that an index has under one key, in the order of their own keys. */
export interface IndexEquals extends Pick<Range, 'reverse' | 'limit'> {
  readonly equals: Key;
}

/**
 * Under which keys an index finds a value: one, several, or none (`undefined` or an empty array). It has to depend on the
 * value alone.
 */
export type IndexFunction<T> = (value: T) => Key | readonly Key[] | undefined;

/** What a collection has besides its values. */
export interface CollectionOptions<T> {
  /**
   * Other ways to find a value, by name. An array that an index function gives is several keys; a key that is an array
   * itself has to be in one: `(order) => [[order.customer, order.created]]`.
   */
  readonly indexes?: Readonly<Record<string, IndexFunction<T>>>;
  /**
   * Gives values frozen through and through, which all who read them from the second time on share, instead of getting a copy
   * each: for large values that are read often. Index functions are then given what is put, and leave it as it is. False when
   * left out.
   */
  readonly frozen?: boolean;
}

/**
 * Values in the order of another key than their own. Like those of {@link Collection}, its views are of one moment.
 *
 * In each state an index is made of what is there when it is first looked into, or when there is very much of it, and follows what
 * is written from then on. The first look throws `BACKLOT_E_STATE_INDEX_FAILED` when its function throws for a value that was put
 * before it was declared.
 */
export interface IndexView<T> {
  /** The first value under a key of the index, or undefined. */
  get(indexKey: Key): T | undefined;
  /** Whether there is a value under a key of the index. */
  has(indexKey: Key): boolean;
  /** The values' own keys, ordered by the index, then by themselves. A value under several keys of the index is there as often. */
  keys(range?: IndexRange): Iterable<Key>;
  values(range?: IndexRange): Iterable<T>;
  /** Pairs of the value's own key and the value. */
  entries(range?: IndexRange): Iterable<[Key, T]>;
  count(range?: IndexRange): number;
}

/**
 * Values of one kind, ordered by their keys.
 *
 * What is kept is a copy: a value changes only by being put again, and what is got may be changed freely, unless the
 * collection was declared as `frozen`. A value is what JSON makes of it: a `Date` comes back as a string, a property that is `undefined` not at all.
 *
 * Each method acts on the state that the current request is for. It throws `BACKLOT_E_STATE_FENCED` when that state was
 * reset, restored or deleted since the request began, and `BACKLOT_E_STATE_KEY_INVALID` for what is no key or range. What
 * writes throws `BACKLOT_E_STATE_VALUE_INVALID` for what is no value, `BACKLOT_E_STATE_INDEX_FAILED` when the function of an
 * index throws, and `BACKLOT_E_STATE_WRITE_FAILED` when the volume does not take it; then nothing has changed.
 */
export interface Collection<T> {
  readonly name: string;
  /** The value under a key, or undefined. */
  get(key: Key): T | undefined;
  has(key: Key): boolean;
  /** Sets the value under a key, whether there is one or not. */
  put(key: Key, value: T): void;
  /** Sets the value under a new key; throws `BACKLOT_E_STATE_KEY_EXISTS` when there is one. */
  insert(key: Key, value: T): void;
  /** Sets what the function makes of the value under a key, or of undefined, and gives it. What it throws changes nothing. */
  update(key: Key, change: (value: T | undefined) => T): T;
  /** Whether there was something to delete. */
  delete(key: Key): boolean;
  /** Deletes everything in the collection. */
  clear(): void;
  count(range?: Range): number;
  /** The keys as of now: what is written later does not show in it. It can be iterated several times. */
  keys(range?: Range): Iterable<Key>;
  /** The values in the order of their keys, as of now. */
  values(range?: Range): Iterable<T>;
  /** Pairs of key and value, as of now. */
  entries(range?: Range): Iterable<[Key, T]>;
  /** An index by its name; throws `BACKLOT_E_STATE_INDEX_UNKNOWN` when the collection was declared without it. */
  by(index: string): IndexView<T>;
}

/** What an extension keeps. It survives restarts when the platform runs with `PERSISTENCE=1`. */
export interface State {
  /** The sandbox that the running code is in: that of the request, or of the timer; undefined in the default world. */
  readonly sandbox: string | undefined;
  /**
   * A collection of values that JSON can hold. Collections need not be created: one that nothing was put into is empty.
   * Throws `BACKLOT_E_STATE_COLLECTION_INVALID` for a name that is no name, or that of a collection of bytes.
   *
   * Best declared once, as a property of the extension. To declare it again with other indexes changes its indexes.
   */
  collection<T>(name: string, options?: CollectionOptions<T>): Collection<T>;
  /** A collection of bytes. What goes in and what comes out are copies. */
  bytes(name: string): Collection<Uint8Array>;
  /**
   * Runs a function whose writes happen together or, when it throws, not at all, whatever collections they are in. Gives what
   * it returns. A transaction in another one is part of it; when the inner one throws, only what it wrote is undone.
   * The function may not be async: `BACKLOT_E_STATE_TRANSACTION`.
   */
  transaction<R>(work: () => R): R;
  /**
   * Says how a request that names no sandbox by its header or its host shows which one it is for: by an API key, say, or an
   * account. The function sees each request before anybody else, and gives the name of the sandbox, or undefined where
   * it finds none. A name has 1 to 63 letters, digits, `-`, `_` and `.`, and does not begin with one of the last three.
   */
  mapSandbox(map: (request: GatewayRequest) => string | undefined): void;
  /** Says how the data of a `seed` in extensions.json become values. Called for each fresh or reset state. */
  onSeed(seed: (data: unknown) => void): void;
}
