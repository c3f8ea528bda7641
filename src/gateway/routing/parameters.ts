import type { PathValues } from '../../api/gateway';
import { REST, type Converter } from './converters';

/** A parameter of a path. */
export interface Parameter {
  readonly name: string;
  readonly converter: Converter;
}

/** What the parameters of a path are in one request. */
export interface Captured {
  /** Decoded, and converted where a converter says so. */
  readonly params: PathValues;
  /** Decoded. */
  readonly texts: Record<string, string>;
}

/** Parameter lists that are remembered at most. */
const REMEMBERED = 10_000;
const known = new Map<string, Parameters>();

/** The parameters of a path, in order. */
export class Parameters {
  readonly #converts: boolean;

  /** Use {@link Parameters.of}. */
  private constructor(readonly list: readonly Parameter[]) {
    this.#converts = list.some(({ converter }) => converter.convert !== undefined);
  }

  /**
   * The same object for the same parameters: thousands of rules have the same few lists, and what is looked at for every
   * request had better be in the processor's cache.
   */
  static of(list: readonly Parameter[]): Parameters {
    const key = list.map(({ name, converter }) => name + converter.written).join('/');
    const standing = known.get(key);
    if (standing) return standing;
    const made = new Parameters(list);
    if (known.size < REMEMBERED) known.set(key, made);
    return made;
  }

  /**
   * The parameters by name, from the raw texts. Undefined when one of them does not fit: its encoding is broken, or it cannot
   * be converted. A final `*` always fits: a proxy has to pass on anything.
   */
  name(values: readonly string[]): Captured | undefined {
    const { list } = this;
    const texts: Record<string, string> = {};
    for (let index = 0; index < list.length; index++) {
      const { name, converter } = list[index]!;
      const raw = values[index]!;
      const text = raw.includes('%') ? decode(raw, converter === REST) : raw;
      if (text === undefined) return undefined;
      texts[name] = text;
    }
    return this.#converts ? this.#convert(texts) : { params: texts, texts };
  }

  #convert(texts: Record<string, string>): Captured | undefined {
    const params: PathValues = {};
    for (const { name, converter } of this.list) {
      const value = converter.convert ? converter.convert(texts[name]!) : texts[name];
      if (value === undefined) return undefined;
      params[name] = value;
    }
    return { params, texts };
  }
}

function decode(raw: string, isRest: boolean): string | undefined {
  try {
    return decodeURIComponent(raw);
  } catch {
    return isRest ? raw : undefined;
  }
}
