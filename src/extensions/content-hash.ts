import { createHash, type Hash } from 'node:crypto';
import { createReadStream, type Stats } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { isPackageName } from './spec';

/** Not part of what a package is made of, unless it is bundled. */
const LEFT_OUT = new Set(['node_modules', '.git']);
const OWNER_MAY_EXECUTE = 0o100;

/** A sha256 (hexadecimal) over what {@link integrityOfFolder} covers. */
export async function hashFolder(folder: string): Promise<string> {
  return (await digestFolder(folder, 'sha256')).digest('hex');
}

/** A sha256 (hexadecimal) of the bytes of a file. */
export async function hashFile(file: string): Promise<string> {
  return (await digestFile(file, 'sha256')).digest('hex');
}

/**
 * `sha512-…` over the relative paths, executable bits and contents of all files of the package in a folder; the same on
 * every machine. Left out are node_modules but for the dependencies that the package bundles, .git, and symbolic links,
 * as they are when the folder is packed.
 */
export async function integrityOfFolder(folder: string): Promise<string> {
  return `sha512-${(await digestFolder(folder, 'sha512')).digest('base64')}`;
}

/** `sha512-…` of the bytes of a file. */
export async function integrityOfFile(file: string): Promise<string> {
  return `sha512-${(await digestFile(file, 'sha512')).digest('base64')}`;
}

async function digestFile(file: string, algorithm: string): Promise<Hash> {
  const hash = createHash(algorithm);
  const { size } = await stat(file);
  // A stream costs milliseconds to begin with; only what is large is worth them.
  if (size < SMALL) hash.update(await readFile(file));
  else await pipeline(createReadStream(file), hash);
  return hash;
}

/** Up to this size, in bytes, a file is read whole. */
const SMALL = 1024 * 1024;

async function digestFolder(folder: string, algorithm: string): Promise<Hash> {
  const hash = createHash(algorithm);
  const bundled = await bundledPackages(folder);
  const lists = await Promise.all([
    filesIn(folder, '', LEFT_OUT),
    ...bundled.map((name) => filesIn(folder, `node_modules/${name}`, new Set(['.git']))),
  ]);
  for (const file of [...new Set(lists.flat())].sort()) {
    const place = path.join(folder, file);
    const { mode } = await stat(place);
    const content = await readFile(place);
    const executable = (mode & OWNER_MAY_EXECUTE) === 0 ? '' : 'x';
    // Lengths, so that no two sets of files can look the same.
    hash.update(`${executable}${Buffer.byteLength(file)}:${file}:${content.length}:`).update(content);
  }
  return hash;
}

async function filesIn(root: string, relative: string, leftOut: ReadonlySet<string>): Promise<string[]> {
  const found = await readdir(path.join(root, relative), { withFileTypes: true });
  const files = await Promise.all(
    found.map(async (item): Promise<string[]> => {
      const name = relative === '' ? item.name : `${relative}/${item.name}`;
      if (item.isDirectory()) return leftOut.has(item.name) ? [] : filesIn(root, name, leftOut);
      return item.isFile() ? [name] : [];
    }),
  );
  return files.flat();
}

/** The packages in node_modules that are packed with the package: those it bundles, and what they depend on. */
async function bundledPackages(folder: string): Promise<string[]> {
  const { bundledDependencies, bundleDependencies, dependencies } = await readPackage(folder);
  const listed = bundledDependencies ?? bundleDependencies;
  const found = new Set<string>();
  const wanted = listed === true ? namesIn(dependencies) : Array.isArray(listed) ? listed.filter(isText) : [];
  for (let name = wanted.pop(); name !== undefined; name = wanted.pop()) {
    const place = path.join(folder, 'node_modules', name);
    // A dependency of a dependency may be nested in it, and is covered with it then.
    if (found.has(name) || !isPackageName(name) || !(await isFolder(place))) continue;
    found.add(name);
    const own = await readPackage(place);
    wanted.push(...namesIn(own.dependencies), ...namesIn(own.optionalDependencies));
  }
  return [...found];
}

async function readPackage(folder: string): Promise<Record<string, unknown>> {
  try {
    const read: unknown = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8'));
    return typeof read === 'object' && read !== null ? (read as Record<string, unknown>) : {};
  } catch {
    // Whoever needs the package.json reports what is wrong with it.
    return {};
  }
}

function namesIn(dependencies: unknown): string[] {
  return typeof dependencies === 'object' && dependencies !== null ? Object.keys(dependencies) : [];
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

async function isFolder(place: string): Promise<boolean> {
  return stat(place).then(
    (found: Stats) => found.isDirectory(),
    () => false,
  );
}
