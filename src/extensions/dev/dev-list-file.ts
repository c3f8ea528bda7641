import path from 'node:path';

/** The list of folders that are developed: a file beside extensions.json, of one person and not committed. */
export function devListBeside(extensionsFile: string): string {
  return path.join(path.dirname(path.resolve(extensionsFile)), 'extensions.dev.json');
}
