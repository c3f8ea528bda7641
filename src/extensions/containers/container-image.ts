import { asBacklotError, BacklotError } from '../../api/errors';
import type { ContainerEngine } from '../../engine/engine';
import { buildFolder, pullImage, type MakeImageOptions } from '../../engine/make-image';
import { hashFolder } from '../content-hash';
import type { Declaration } from './declaration';

export interface ContainerImageOptions extends MakeImageOptions {
  readonly extension: string;
  /** Is told that something begins that may take a while. */
  readonly onStep: (message: string) => void;
}

/** So many characters of a hash make a tag that no two contents share. */
const TAG_LENGTH = 16;

/**
 * Sees that the image of a container is on the engine’s machine, and gives its name. What is built is named by what is in its
 * folder, so that it is built once.
 *
 * Throws `BACKLOT_E_IMAGE_NOT_FOUND` or `BACKLOT_E_IMAGE_BUILD_FAILED`, each with the extension.
 */
export async function ensureContainerImage(
  engine: ContainerEngine,
  { source }: Declaration,
  options: ContainerImageOptions,
): Promise<string> {
  const where = { extension: options.extension };
  try {
    return 'image' in source
      ? await pulled(engine, source.image, options)
      : await built(engine, source.folder, options);
  } catch (error) {
    throw asBacklotError(error, 'BACKLOT_E_INTERNAL', 'its image cannot be got', where);
  }
}

async function pulled(engine: ContainerEngine, image: string, options: ContainerImageOptions): Promise<string> {
  if ((await engine.imageId(image)) !== undefined) return image;
  options.onStep(`pulling ${image}`);
  try {
    await pullImage(engine, image, options);
  } catch (error) {
    if (!(error instanceof BacklotError) || error.code !== 'BACKLOT_E_IMAGE_NOT_FOUND') throw error;
    throw new BacklotError(error.code, error.message, {
      cause: error.cause,
      remedy: `See that \`docker pull ${image}\` works here, or load the image (\`docker load\`), or mend its name in the extension.`,
    });
  }
  return image;
}

async function built(engine: ContainerEngine, folder: string, options: ContainerImageOptions): Promise<string> {
  const content = (await hashFolder(folder)).slice(0, TAG_LENGTH);
  const name = `backlot-extension-${options.extension}:${content}`;
  if ((await engine.imageId(name)) !== undefined) return name;
  options.onStep(`building ${name} from ${folder}`);
  await buildFolder(engine, folder, name, options);
  return name;
}
