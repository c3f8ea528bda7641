import { open } from 'node:fs/promises';
import { BacklotError } from '../../api/errors';

/**
 * Replaces the text of a file in place.
 *
 * A file beside it that is renamed over it would be safer, but it would be another file: a container into which the old
 * one is mounted would never see it. So the new text is written over the old one in a single call, with blanks up to the
 * old length, and the blanks are cut off after that: whoever reads in between, or is left with it by a kill, has a whole
 * list. When the disk is full the old text is put back.
 *
 * Throws BACKLOT_E_LIST_NOT_WRITABLE.
 */
export async function overwrite(file: string, before: string, after: string): Promise<void> {
  const old = Buffer.from(before);
  const text = Buffer.from(after);
  try {
    const handle = await open(file, 'r+');
    try {
      const blanks = Buffer.alloc(Math.max(0, old.length - text.length), ' ');
      const { bytesWritten } = await handle
        .write(Buffer.concat([text, blanks]), 0, undefined, 0)
        .catch((error: NodeJS.ErrnoException) => ({ bytesWritten: 0, error }));
      if (bytesWritten < text.length) {
        await handle.write(old, 0, old.length, 0);
        await handle.truncate(old.length);
        throw new Error('there is no room on the disk');
      }
      await handle.truncate(text.length);
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    const message = `${file} cannot be written: ${(error as Error).message}`;
    throw new BacklotError('BACKLOT_E_LIST_NOT_WRITABLE', message, { where: { file } });
  }
}
