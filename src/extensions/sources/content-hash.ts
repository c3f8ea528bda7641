import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';

/**
 * The integrity (Subresource Integrity, `sha512-…`) of what a folder’s package is made of: the relative paths, contents
 * and executable bits of its files. The same on every machine. Left out are `.git`, symbolic links, as they are when the
 * folder is packed, and node_modules but for the packages that are bundled.
 */
export async function integrityOfFolder(folder: string): Promise<string> {
  const hash = createHash('sha512');
  for (const file of (await filesIn(folder, '', await bundledIn(folder))).sort()) {
    const place = path.join(folder, file);
    const [content, { mode }] = await Promise.all([readFile(place), lstat(place)]);
    // Lengths, so that no two sets of files can look the same.
    const head = `${Buffer.byteLength(file)}:${file}:${(mode & 0o111) === 0 ? '-' : 'x'}:${content.length}:`;
    hash.update(head).update(content);
  }
  return sri(hash);
}

/** The integrity (`sha512-…`) of the bytes of a file. */
export async function integrityOfFile(file: string): Promise<string> {
  const hash = createHash('sha512');
  await pipeline(createReadStream(file), hash);
  return sri(hash);
}

function sri(hash: Hash): string {
  return `sha512-${hash.digest('base64')}`;
}

async function filesIn(root: string, relative: string, bundled: ReadonlySet<string> | 'all'): Promise<string[]> {
  const found = await readdir(path.join(root, relative), { withFileTypes: true });
  const files = await Promise.all(
    found.map(async (item): Promise<string[]> => {
      const name = relative === '' ? item.name : `${relative}/${item.name}`;
      if (item.isDirectory()) return isLeftOut(name, bundled) ? [] : filesIn(root, name, bundled);
      return item.isFile() ? [name] : [];
    }),
  );
  return files.flat();
}

function isLeftOut(folder: string, bundled: ReadonlySet<string> | 'all'): boolean {
  const parts = folder.split('/');
  if (parts.includes('.git')) return true;
  if (parts[0] !== 'node_modules') return parts.includes('node_modules');
  if (bundled === 'all') return false;
  const [, first, second] = parts;
  if (first === undefined) return bundled.size === 0;
  // Of a scope, it is the second name that tells.
  if (first.startsWith('@') && second === undefined) return ![...bundled].some((name) => name.startsWith(`${first}/`));
  return !bundled.has(first.startsWith('@') ? `${first}/${second}` : first);
}

/** The names of the packages that a package brings along in its node_modules. */
async function bundledIn(folder: string): Promise<ReadonlySet<string> | 'all'> {
  try {
    const { bundledDependencies, bundleDependencies } = JSON.parse(
      await readFile(path.join(folder, 'package.json'), 'utf8'),
    ) as Record<string, unknown>;
    const bundled = bundledDependencies ?? bundleDependencies;
    if (bundled === true) return 'all';
    return new Set(Array.isArray(bundled) ? bundled.map(String) : []);
  } catch {
    return new Set();
  }
}
