import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

/** Not part of what a package is made of. */
const LEFT_OUT = new Set(['node_modules', '.git']);

/**
 * A sha256 (hexadecimal) over the relative paths and contents of all files in a folder, without node_modules and .git.
 * Symbolic links are left out, as they are when the folder is packed.
 */
export async function hashFolder(folder: string): Promise<string> {
  const hash = createHash('sha256');
  for (const file of (await filesIn(folder, '')).sort()) {
    const content = await readFile(path.join(folder, file));
    // Lengths, so that no two sets of files can look the same.
    hash.update(`${Buffer.byteLength(file)}:${file}:${content.length}:`).update(content);
  }
  return hash.digest('hex');
}

/** A sha256 (hexadecimal) of the bytes of a file. */
export async function hashFile(file: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
}

async function filesIn(root: string, relative: string): Promise<string[]> {
  const found = await readdir(path.join(root, relative), { withFileTypes: true });
  const files = await Promise.all(
    found.map(async (item): Promise<string[]> => {
      const name = relative === '' ? item.name : `${relative}/${item.name}`;
      if (item.isDirectory()) return LEFT_OUT.has(item.name) ? [] : filesIn(root, name);
      return item.isFile() ? [name] : [];
    }),
  );
  return files.flat();
}
