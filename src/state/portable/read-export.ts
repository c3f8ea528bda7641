import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { StringDecoder } from 'node:string_decoder';
import { createGunzip } from 'node:zlib';
import { BacklotError, type ErrorCode } from '../../api/errors';
import { Entry } from '../entry';
import { toKey } from '../key';
import { Table, tableId } from '../table';
import {
  EXPORT_FORMAT,
  type CollectionLine,
  type ExportHeader,
  type ExportedExtension,
  type SealedHeader,
} from './export-file';

/** What an export holds. */
export interface ReadExport {
  readonly version: string;
  /** When it was made, in milliseconds. */
  readonly made: number;
  readonly partial: boolean;
  readonly extensions: readonly ExportedExtension[];
  /** The collections of each extension, by `tableId`. */
  readonly tables: ReadonlyMap<string, ReadonlyMap<string, Table>>;
  /** How many values there are. */
  readonly records: number;
}

/**
 * Reads an export whole before anybody gets anything of it. Throws, with the line where that is known,
 * `BACKLOT_E_STATE_FILE_INVALID` for what is no export, `BACKLOT_E_STATE_FILE_NEWER` for one of a later form,
 * `BACKLOT_E_STATE_FILE_TRUNCATED`, `BACKLOT_E_STATE_FILE_DAMAGED`, and `BACKLOT_E_STATE_FILE_CHECKSUM`. `file` is what messages
 * call it.
 */
export async function readExport(source: AsyncIterable<Uint8Array>, file = 'the export'): Promise<ReadExport> {
  const reader = new ExportReader(file);
  const gunzip = createGunzip();
  let given = 0;
  let first: Uint8Array | undefined;
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      if (chunk.length === 0) continue;
      first ??= chunk;
      given += chunk.length;
      yield chunk;
    }
  }
  try {
    await pipeline(counted, gunzip, (text: AsyncIterable<Buffer>) => reader.read(text));
  } catch (error) {
    throw error instanceof BacklotError ? error : zlibError(error, { reader, first, file });
  }
  if (given === 0) throw fail('BACKLOT_E_STATE_FILE_TRUNCATED', file, 'it is empty');
  if (gunzip.bytesWritten < given) {
    throw fail('BACKLOT_E_STATE_FILE_DAMAGED', file, `${given - gunzip.bytesWritten} bytes stand behind its end`);
  }
  return reader.finish();
}

interface Progress {
  readonly reader: ExportReader;
  readonly first: Uint8Array | undefined;
  readonly file: string;
}

/** What it means that the bytes cannot be decompressed; an error of the source itself goes through. */
function zlibError(error: unknown, { reader, first, file }: Progress): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'Z_BUF_ERROR') {
    return fail('BACKLOT_E_STATE_FILE_TRUNCATED', file, `it ends after line ${reader.lines}`, { cause: error });
  }
  if (code?.startsWith('Z_') !== true) return error;
  if (reader.lines === 0 && (first?.[0] !== 0x1f || (first[1] ?? 0x8b) !== 0x8b)) {
    return fail('BACKLOT_E_STATE_FILE_INVALID', file, 'it is not compressed by gzip');
  }
  return fail(
    'BACKLOT_E_STATE_FILE_DAMAGED',
    file,
    `it cannot be decompressed after line ${reader.lines}: ${message}`,
    {
      cause: error,
    },
  );
}

class ExportReader {
  readonly #hash = createHash('sha256');
  readonly #tables = new Map<string, Map<string, Table>>();
  #header: SealedHeader | undefined;
  #table: Table | undefined;
  /** How many values of the present collection are still to come. */
  #left = 0;
  #records = 0;
  /** How many lines were read. */
  lines = 0;

  constructor(private readonly file: string) {}

  async read(text: AsyncIterable<Buffer>): Promise<void> {
    const decoder = new StringDecoder();
    // Parts of a line that has not ended: joined once, for a line may be long.
    let parts: string[] = [];
    for await (const chunk of text) {
      const [head = '', ...rest] = decoder.write(chunk).split('\n');
      parts.push(head);
      for (const next of rest) {
        this.#line(parts.join(''));
        parts = [next];
      }
    }
    parts.push(decoder.end());
    if (parts.join('') !== '') {
      // Only an end of line ends a line; without one, what is no JSON may be half of it.
      if (!this.#header) throw this.#invalid();
      throw fail('BACKLOT_E_STATE_FILE_TRUNCATED', this.file, `it ends in the middle of line ${this.lines + 1}`);
    }
  }

  finish(): ReadExport {
    const header = this.#header;
    if (!header) throw this.#invalid();
    if (this.lines - 1 < header.lines) {
      const message = `it has ${this.lines - 1} lines after the first, and should have ${header.lines}`;
      throw fail('BACKLOT_E_STATE_FILE_TRUNCATED', this.file, message);
    }
    const found = this.#hash.digest('hex');
    if (found !== header.sha256) {
      const message = `its content has the checksum ${found}, and should have ${header.sha256}`;
      throw fail('BACKLOT_E_STATE_FILE_CHECKSUM', this.file, message);
    }
    const { version, made, partial, extensions } = header;
    return { version, made: Date.parse(made), partial, extensions, tables: this.#tables, records: this.#records };
  }

  #line(line: string): void {
    this.lines += 1;
    if (!this.#header) {
      this.#begin(line);
      return;
    }
    this.#hash.update(`${line}\n`);
    if (this.lines - 1 > this.#header.lines)
      throw this.#damage(`it should have ended with line ${this.#header.lines + 1}`);
    const parsed = this.#parse(line);
    if (this.#left > 0) this.#addRecord(parsed);
    else this.#addCollection(parsed);
  }

  #begin(line: string): void {
    let header: unknown;
    try {
      header = JSON.parse(line);
    } catch {
      throw this.#invalid();
    }
    if (!isSealed(header)) throw this.#invalid();
    if (header.format > EXPORT_FORMAT) {
      const message = `it has the format ${header.format}, written by Backlot ${header.version}, and this version knows ${EXPORT_FORMAT}`;
      throw fail('BACKLOT_E_STATE_FILE_NEWER', this.file, message);
    }
    if (!isHeader(header)) throw this.#damage('the header lacks what it should say');
    this.#header = header;
    // As the one who wrote it had it, without the checksum.
    this.#hash.update(`${JSON.stringify({ ...header, sha256: undefined })}\n`);
    // Also those that have nothing: importing them makes them empty.
    for (const { name } of header.extensions) this.#tables.set(name, new Map());
  }

  #addCollection(parsed: unknown): void {
    if (!isCollection(parsed)) throw this.#damage('the line of a collection should stand here');
    const tables = this.#tables.get(parsed.extension);
    if (!tables) throw this.#damage(`the header does not name the extension "${parsed.extension}"`);
    const id = tableId(parsed.collection, parsed.kind);
    if (tables.has(id)) throw this.#damage(`the collection "${parsed.collection}" stands twice`);
    this.#table = new Table(parsed.collection, parsed.kind);
    this.#left = parsed.records;
    tables.set(id, this.#table);
  }

  #addRecord(parsed: unknown): void {
    const table = this.#table as Table;
    if (!Array.isArray(parsed) || parsed.length !== 2) throw this.#damage('a value with its key should stand here');
    const [key, value] = parsed as [unknown, unknown];
    try {
      table.set(toKey(key), new Entry(table.kind === 'json' ? JSON.stringify(value) : bytesOf(value)));
    } catch (cause) {
      throw this.#damage((cause as Error).message);
    }
    this.#left -= 1;
    this.#records += 1;
  }

  #parse(line: string): unknown {
    try {
      return JSON.parse(line);
    } catch (cause) {
      throw this.#damage(`it is no JSON: ${(cause as Error).message}`);
    }
  }

  #invalid(): BacklotError {
    return fail('BACKLOT_E_STATE_FILE_INVALID', this.file, 'its first line is not that of an export');
  }

  #damage(finding: string): BacklotError {
    return fail('BACKLOT_E_STATE_FILE_DAMAGED', this.file, finding, { line: this.lines });
  }
}

function bytesOf(value: unknown): Uint8Array {
  if (typeof value !== 'string') throw new TypeError('bytes should stand here, as base64');
  const bytes = Buffer.from(value, 'base64');
  if (bytes.toString('base64') !== value) throw new TypeError('the bytes are no base64');
  return new Uint8Array(bytes);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether it is the first line of an export of any format. */
function isSealed(value: unknown): value is Pick<ExportHeader, 'format' | 'version'> {
  return isObject(value) && value.backlot === 'state' && Number.isInteger(value.format);
}

function isHeader(value: object): value is SealedHeader {
  const { made, partial, extensions, lines, sha256 } = value as Record<string, unknown>;
  return (
    typeof made === 'string' &&
    !Number.isNaN(Date.parse(made)) &&
    typeof partial === 'boolean' &&
    Array.isArray(extensions) &&
    extensions.every((extension) => isObject(extension) && typeof extension.name === 'string') &&
    Number.isInteger(lines) &&
    typeof sha256 === 'string'
  );
}

function isCollection(value: unknown): value is CollectionLine {
  return (
    isObject(value) &&
    typeof value.extension === 'string' &&
    typeof value.collection === 'string' &&
    (value.kind === 'json' || value.kind === 'bytes') &&
    Number.isInteger(value.records) &&
    (value.records as number) > 0
  );
}

function fail(
  code: ErrorCode,
  file: string,
  finding: string,
  { line, cause }: { readonly line?: number; readonly cause?: unknown } = {},
): BacklotError {
  const at = line === undefined ? '' : ` in line ${line}`;
  return new BacklotError(
    code,
    `${file} ${code.endsWith('_INVALID') ? 'is no export of a state' : `cannot be imported`}${at}: ${finding}`,
    {
      ...(cause === undefined ? {} : { cause }),
    },
  );
}
