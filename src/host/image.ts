import { existsSync } from 'node:fs';
import path from 'node:path';
import type { ContainerEngine } from '../engine/engine';
import { buildFolder, imageNotFound, type MakeImageOptions, pullImage } from '../engine/make-image';
import { PACKAGE_ROOT } from '../extensions/own-package';
import type { ProgressListener } from './progress';
import { OWN_IMAGE, type Settings } from './settings';

/** The version of LocalStack whose clients can take the image for theirs, as in the Dockerfile. */
export const LOCALSTACK_TAG = '4.14.0';

/** How the image is to be got. */
export interface ImageOptions {
  /** Build from the checkout even when the image is there. */
  readonly build?: boolean;
  readonly onProgress?: ProgressListener;
  readonly signal?: AbortSignal;
  /** The checkout; Backlot's own package when left out. */
  readonly checkout?: string;
}

/**
 * Sees that the image is on this machine, and gives its id: it is there, or it is built from the checkout when it is
 * Backlot's own, or it is pulled. Backlot's own gets a second tag, with a version of LocalStack: clients of LocalStack refuse
 * versions that they do not know.
 *
 * Throws `BACKLOT_E_IMAGE_NOT_FOUND` or `BACKLOT_E_IMAGE_BUILD_FAILED`.
 */
export async function ensureImage(
  engine: ContainerEngine,
  { image, isOwnImage }: Pick<Settings, 'image' | 'isOwnImage'>,
  options: ImageOptions = {},
): Promise<string> {
  const present = options.build ? undefined : await engine.imageId(image);
  if (present !== undefined) return present;
  const checkout = options.checkout ?? PACKAGE_ROOT;
  const canBuild = existsSync(path.join(checkout, 'Dockerfile'));
  if (options.build && !canBuild) throw imageNotFound(image, `there is no Dockerfile in ${checkout} to build it from`);
  if (options.build || (isOwnImage && canBuild)) {
    options.onProgress?.({ phase: 'build', message: `building ${image} from ${checkout}`, detail: false });
    await buildFolder(engine, checkout, image, listenerOf('build', options));
  } else {
    options.onProgress?.({ phase: 'pull', message: `pulling ${image}`, detail: false });
    const hint = canBuild ? '' : `; nothing to build it from in ${checkout}`;
    await pullImage(engine, image, listenerOf('pull', options), hint);
  }
  if (isOwnImage) await engine.tagImage(image, OWN_IMAGE, LOCALSTACK_TAG);
  const id = await engine.imageId(image);
  if (id !== undefined) return id;
  throw imageNotFound(image, 'the engine does not know it even though it was just made');
}

function listenerOf(phase: 'build' | 'pull', { onProgress, signal }: ImageOptions): MakeImageOptions {
  return {
    onLine: (message) => onProgress?.({ phase, message, detail: true }),
    ...(signal ? { signal } : {}),
  };
}
