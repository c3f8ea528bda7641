import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { pack } from 'tar-fs';

/** Packs all files of a folder as npm does: below `package/`. */
export async function packFolder(folder: string, file: string, signal?: AbortSignal): Promise<void> {
  const tar = pack(folder, {
    ignore: (name) => /(?:^|\/)\.git$/.test(name),
    map: (header) => ({ ...header, name: `package/${header.name}`, mtime: new Date(0) }),
  });
  await pipeline(tar, createGzip(), createWriteStream(file), signal ? { signal } : {});
}
