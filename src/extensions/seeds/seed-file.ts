import type { JsonPath } from '../json-document';
import type { TextPlace } from '../json-document';

/** One file of a seed, or one document of it. */
export interface SeedFile {
  /** Its absolute path. */
  readonly file: string;
  readonly data: unknown;
  /** Where the value at a path stands, or the nearest parent that exists. */
  readonly placeOf: (path: JsonPath) => TextPlace;
}
