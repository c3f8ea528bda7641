import { mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';

/** Where the new text of a file lies, whole, while it is being written. A reader prefers it to the file. */
export function pendingOf(file: string): string {
  return path.join(path.dirname(file), `.${path.basename(file)}.pending`);
}

/**
 * Replaces the text of a file so that a kill at any time leaves the old text or the new one.
 *
 * A file that is mounted into a container by itself has to keep its inode, or the container would go on seeing the old
 * text; so a file that exists is overwritten, with the whole new text beside it until that is done.
 */
export async function replaceFile(file: string, text: string): Promise<void> {
  const pending = pendingOf(file);
  const partial = `${pending}.${process.pid}`;
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await writeWhole(partial, text, 'w');
    await rename(partial, pending);
    if (await overwrite(file, text)) await rm(pending, { force: true });
    else await rename(pending, file);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

/** False when there is no such file. */
async function overwrite(file: string, text: string): Promise<boolean> {
  try {
    await writeWhole(file, text, 'r+');
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

async function writeWhole(file: string, text: string, flags: string): Promise<void> {
  const handle = await open(file, flags);
  try {
    const bytes = Buffer.from(text);
    await handle.write(bytes, 0, bytes.length, 0);
    await handle.truncate(bytes.length);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
