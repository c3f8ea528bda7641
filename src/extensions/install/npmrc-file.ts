import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { npmrcFor, type RegistrySettings } from '../registry';

/**
 * Gives a function the path of one .npmrc with all that the settings say, for a program that reads no others. Only its owner can
 * read it, and it is gone afterwards.
 */
export async function withNpmrcFile<T>(settings: RegistrySettings, work: (file: string) => Promise<T>): Promise<T> {
  // mkdtemp makes folders that only their owner may enter.
  const folder = await mkdtemp(path.join(tmpdir(), 'backlot-npmrc-'));
  try {
    const file = path.join(folder, 'npmrc');
    await writeFile(file, npmrcFor(settings), { mode: 0o600 });
    return await work(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
