import { readFile } from 'node:fs/promises';
import { BacklotError } from '../api/errors';
import { expandVariables } from '../extensions/registry/npmrc';
import type { ContainerEngine } from '../engine/engine';

/** Where the platform in the container looks for credentials; the image says so in BACKLOT_NPMRC. */
const PATH_INSIDE = '/run/secrets/backlot-npmrc';

/** The user that Backlot runs as in its image. */
const OWNER = { uid: 1000, gid: 1000 };

/**
 * Gives the credentials of package registries to a container that has been made and not started, as a file that only its
 * user can read. Not by the environment, which every inspection of the container shows, and not by a bind: the user of
 * the container could not read a file that only its owner on the host can. Variables are put in here, because the
 * container does not have them.
 *
 * Nothing happens when there is no such file. Throws BACKLOT_E_CREDENTIALS_NOT_WRITABLE and BACKLOT_E_ENGINE_FAILED.
 */
export async function putCredentials(engine: ContainerEngine, id: string, file: string): Promise<void> {
  const text = await readCredentials(file);
  if (text === undefined || text.trim() === '') return;
  const content = expandVariables(text, process.env);
  await engine.putFile(id, { path: PATH_INSIDE, content, owner: OWNER, mode: 0o400 });
}

async function readCredentials(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new BacklotError('BACKLOT_E_CREDENTIALS_NOT_WRITABLE', `${file} cannot be read: ${message}`, {
      where: { file },
    });
  }
}
