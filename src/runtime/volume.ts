import { constants, mkdirSync } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { BacklotError } from '../api/errors';

/** The folders of the volume. All paths are absolute. */
export interface Volume {
  readonly root: string;
  /** What can be fetched or made again. */
  readonly cache: string;
  /** What is installed: `lib/extensions`. */
  readonly lib: string;
  readonly logs: string;
  /** What belongs to users: `state/extensions/NAME`, and certificates that they trust: `state/tls`. */
  readonly state: string;
  readonly tmp: string;
}

/** Makes the folders of a volume that are missing. Throws `BACKLOT_E_VOLUME_NOT_WRITABLE` when that cannot be done. */
export async function openVolume(root: string): Promise<Volume> {
  const volume = volumeAt(root);
  try {
    for (const folder of Object.values(volume) as string[]) await mkdir(folder, { recursive: true });
  } catch (cause) {
    throw new BacklotError('BACKLOT_E_VOLUME_NOT_WRITABLE', `the volume ${root} cannot be written to`, { cause });
  }
  // An engine that mounts a file below it, as LocalStack's command asks for, makes the folder as root's.
  return (await isWritable(volume.cache)) ? volume : { ...volume, cache: await made(join(volume.tmp, 'cache')) };
}

async function isWritable(folder: string): Promise<boolean> {
  return access(folder, constants.W_OK).then(
    () => true,
    () => false,
  );
}

async function made(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  return folder;
}

/** The layout of a volume. */
export function volumeAt(root: string): Volume {
  const folder = (name: string): string => join(root, name);
  return {
    root,
    cache: folder('cache'),
    lib: folder('lib'),
    logs: folder('logs'),
    state: folder('state'),
    tmp: folder('tmp'),
  };
}

/** The folder for an extension’s own data; made if it is missing. */
export function dataDirectoryOf(volume: Volume, extension: string): string {
  const directory = join(volume.state, 'extensions', extension);
  mkdirSync(directory, { recursive: true });
  return directory;
}

/** The folder for the certificates of the gateway; made when there is one to keep. */
export function certificatesOf(volume: Volume): string {
  return join(volume.state, 'tls');
}
