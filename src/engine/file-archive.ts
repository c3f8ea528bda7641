import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { ContainerFile } from './engine';
import { loadTarFs } from './load-library';

/** A tar for the root of a container with one file in it, made in memory: its content may be a secret. */
export function packFile({ path: file, content, owner, mode }: ContainerFile): Promise<Buffer> {
  const name = file.replace(/^\/+/, '');
  const archive = loadTarFs().pack('/', {
    // Nothing from the disk.
    entries: [],
    finalize: false,
    finish: (pack) => {
      pack.entry({ name: path.posix.dirname(name), type: 'directory', mode: 0o755, uid: 0, gid: 0 });
      pack.entry({ name, mode, ...owner }, content);
      pack.finalize();
    },
  });
  return buffer(archive);
}
