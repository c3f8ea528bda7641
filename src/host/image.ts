import { existsSync } from 'node:fs';
import path from 'node:path';
import { BacklotError } from '../api/errors';
import { packContext } from './build-context';
import type { BuildOptions, ContainerEngine, ImageEvent } from './engine';
import { PACKAGE_ROOT } from '../extensions/own-package';
import type { ProgressListener } from './progress';
import type { Settings } from './settings';

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
 * Backlot's own, or it is pulled.
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
  if (options.build && !canBuild) throw notFound(image, `there is no Dockerfile in ${checkout} to build it from`);
  if (options.build || (isOwnImage && canBuild)) await build(engine, image, checkout, options);
  else await pull(engine, image, canBuild ? undefined : checkout, options);
  const id = await engine.imageId(image);
  if (id !== undefined) return id;
  throw notFound(image, 'the engine does not know it even though it was just made');
}

/** How many lines of the builder are shown when it fails. */
const LAST_LINES = 20;

async function build(engine: ContainerEngine, image: string, checkout: string, options: ImageOptions): Promise<void> {
  options.onProgress?.({ phase: 'build', message: `building ${image} from ${checkout}`, detail: false });
  const said: string[] = [];
  let failure: string | undefined;
  const run = (builder: BuildOptions['builder']): Promise<void> =>
    engine.buildImage(packContext(checkout), {
      tag: image,
      builder,
      ...(options.signal ? { signal: options.signal } : {}),
      onEvent: ({ error, stream }) => {
        failure ??= error?.trim();
        const line = stream?.trim();
        if (!line) return;
        said.push(line);
        options.onProgress?.({ phase: 'build', message: line, detail: true });
      },
    });
  try {
    await run('buildkit');
  } catch (error) {
    // An engine without BuildKit, such as Podman, refuses before it has said a word.
    if (options.signal?.aborted || said.length > 0) throw error;
    await run('classic');
  }
  if (failure === undefined) return;
  const lines = said.join('\n').split(/\r?\n/).slice(-LAST_LINES);
  const message = `${image} could not be built: ${[failure, ...lines].join('\n    | ')}`;
  throw new BacklotError('BACKLOT_E_IMAGE_BUILD_FAILED', message, {
    where: { file: path.join(checkout, 'Dockerfile') },
  });
}

async function pull(
  engine: ContainerEngine,
  image: string,
  noDockerfileIn: string | undefined,
  { onProgress, signal }: ImageOptions,
): Promise<void> {
  onProgress?.({ phase: 'pull', message: `pulling ${image}`, detail: false });
  let failure: string | undefined;
  try {
    await engine.pullImage(image, {
      ...(signal ? { signal } : {}),
      onEvent: (event) => {
        failure ??= event.error;
        const message = describePull(event);
        if (message !== undefined) onProgress?.({ phase: 'pull', message, detail: true });
      },
    });
    if (failure !== undefined) throw new Error(failure);
  } catch (error) {
    if (signal?.aborted) throw error;
    const why = error instanceof BacklotError && error.cause instanceof Error ? error.cause : (error as Error);
    const notBuilt = noDockerfileIn === undefined ? '' : `; nothing to build it from in ${noDockerfileIn}`;
    throw notFound(image, `pulling it failed: ${why.message.trim()}${notBuilt}`, error);
  }
}

function describePull({ status, id, progressDetail }: ImageEvent): string | undefined {
  if (!status) return undefined;
  const { current, total } = progressDetail ?? {};
  const share = current !== undefined && total ? ` ${Math.round((current / total) * 100)}%` : '';
  return `${id ? `${id}: ` : ''}${status}${share}`;
}

function notFound(image: string, why: string, cause?: unknown): BacklotError {
  const message = `the image ${image} is not on this machine, and ${why}`;
  return new BacklotError('BACKLOT_E_IMAGE_NOT_FOUND', message, cause === undefined ? {} : { cause });
}
