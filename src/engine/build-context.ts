import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { loadDockerIgnore, loadTarFs } from './load-library';

/** These go along whatever .dockerignore says: the builder itself reads them. */
const ALWAYS = ['Dockerfile', '.dockerignore'];

/**
 * The files of a folder that its .dockerignore leaves in, as paths relative to it with forward slashes.
 *
 * Files are listed here because dockerode applies .dockerignore to folders by their absolute paths, where no pattern fits.
 */
export function listContext(folder: string): string[] {
  const ignoreFile = path.join(folder, '.dockerignore');
  const patterns = existsSync(ignoreFile) ? readFileSync(ignoreFile, 'utf8') : '';
  const rules = loadDockerIgnore()({ ignorecase: false }).add(patterns);
  // With an exception (`!a/b`) a file can be wanted below a folder that is not.
  const hasExceptions = /^\s*!/m.test(patterns);
  const files: string[] = [];
  const walk = (below: string): void => {
    for (const entry of readdirSync(path.join(folder, below), { withFileTypes: true })) {
      const relative = below === '' ? entry.name : `${below}/${entry.name}`;
      const isIgnored = rules.ignores(relative);
      if (entry.isDirectory()) {
        if (!isIgnored || hasExceptions) walk(relative);
      } else if (entry.isFile() || entry.isSymbolicLink()) {
        if (!isIgnored || ALWAYS.includes(relative)) files.push(relative);
      }
    }
  };
  walk('');
  return files.sort();
}

/** The same files as a tar stream. */
export function packContext(folder: string): NodeJS.ReadableStream {
  return loadTarFs().pack(folder, { entries: listContext(folder) });
}
