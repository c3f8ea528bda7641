import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { createGzip } from 'node:zlib';
import type { OwnerImage } from '../owner-store';
import type { Table } from '../table';
import { EXPORT_FORMAT, type CollectionLine, type ExportHeader, type ExportedExtension } from './export-file';

export interface WriteExportOptions {
  /** The version of Backlot. */
  readonly version: string;
  readonly partial: boolean;
  /** The version of an extension; undefined when it does not run. */
  readonly versionOf: (extension: string) => string | undefined;
  /** The time in milliseconds. */
  readonly made: number;
}

/** About how much text is made before others get a turn. */
const CHUNK = 256 * 1024;

/** The bytes of an export of images, which do not change while it is read. */
export function writeExport(images: readonly OwnerImage[], options: WriteExportOptions): Readable {
  const gzip = createGzip({ level: 6 });
  const text = Readable.from(exportText(images, options), { objectMode: false });
  text.once('error', (error) => gzip.destroy(error));
  gzip.once('close', () => text.destroy());
  return text.pipe(gzip);
}

/** The text is made twice: the checksum of it all stands at its beginning. */
async function* exportText(images: readonly OwnerImage[], options: WriteExportOptions): AsyncGenerator<string> {
  const header: ExportHeader = {
    backlot: 'state',
    format: EXPORT_FORMAT,
    version: options.version,
    made: new Date(options.made).toISOString(),
    partial: options.partial,
    extensions: images.map(({ owner }) => exported(owner, options.versionOf(owner))),
    lines: images.flatMap(tablesOf).reduce((sum, { size }) => sum + 1 + size, 0),
  };
  const hash = createHash('sha256').update(`${JSON.stringify(header)}\n`);
  for await (const chunk of chunksOf(images)) hash.update(chunk);
  yield `${JSON.stringify({ ...header, sha256: hash.digest('hex') })}\n`;
  yield* chunksOf(images);
}

function exported(name: string, version: string | undefined): ExportedExtension {
  return version === undefined ? { name } : { name, version };
}

async function* chunksOf(images: readonly OwnerImage[]): AsyncGenerator<string> {
  let chunk = '';
  for (const image of images) {
    for (const line of linesOf(image)) {
      chunk += `${line}\n`;
      if (chunk.length < CHUNK) continue;
      yield chunk;
      chunk = '';
      await setImmediate();
    }
  }
  if (chunk !== '') yield chunk;
}

function* linesOf(image: OwnerImage): Generator<string> {
  for (const table of tablesOf(image)) {
    const { name: collection, kind, size: records } = table;
    yield JSON.stringify({ extension: image.owner, collection, kind, records } satisfies CollectionLine);
    for (const [key, { data }] of table.entries()) {
      // A value is JSON already.
      const value = typeof data === 'string' ? data : JSON.stringify(Buffer.from(data).toString('base64'));
      yield `[${JSON.stringify(key)},${value}]`;
    }
  }
}

/** The collections that hold something, in an order that does not depend on how they came to be. */
function tablesOf({ tables }: OwnerImage): Table[] {
  return [...tables.entries()]
    .filter(([, { size }]) => size > 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, table]) => table);
}
