/**
 * The form of an export: JSON lines, compressed by gzip. The first line is the header; each collection has a line that names
 * it, and after it one line for each of its values: `[key, value]`, where bytes are base64.
 */
import type { Key } from '../../api/state';
import type { Kind } from '../entry';

/** The version of the form. A later Backlot can read it; this one refuses a later form. */
export const EXPORT_FORMAT = 1;

/** The type of the content, over HTTP. */
export const EXPORT_MEDIA_TYPE = 'application/vnd.backlot.state+gzip';

/** An extension whose state is in an export. */
export interface ExportedExtension {
  readonly name: string;
  /** The version that ran; left out when none did. */
  readonly version?: string;
}

/** The first line, without its checksum. */
export interface ExportHeader {
  readonly backlot: 'state';
  readonly format: number;
  /** The version of Backlot that wrote it. */
  readonly version: string;
  /** In ISO 8601. */
  readonly made: string;
  /** Whether it is of named extensions only; then an import leaves the others alone. */
  readonly partial: boolean;
  readonly extensions: readonly ExportedExtension[];
  /** How many lines follow. */
  readonly lines: number;
}

/** The first line. The checksum is the SHA-256, in hex, of the header without it and of all that follows. */
export interface SealedHeader extends ExportHeader {
  readonly sha256: string;
}

/** The line before the values of a collection. */
export interface CollectionLine {
  readonly extension: string;
  readonly collection: string;
  readonly kind: Kind;
  readonly records: number;
}

/** The line of a value. */
export type RecordLine = readonly [key: Key, value: unknown];
