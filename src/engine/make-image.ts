import path from 'node:path';
import { BacklotError } from '../api/errors';
import { packContext } from './build-context';
import type { BuildOptions, ContainerEngine, ImageEvent } from './engine';

export interface MakeImageOptions {
  /** Is told each line of the builder, or each step of a pull. */
  readonly onLine: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** How many lines of the builder are shown when it fails. */
const LAST_LINES = 20;

/**
 * Builds an image from a folder with a Dockerfile, and gives it a name and tag. Throws `BACKLOT_E_IMAGE_BUILD_FAILED` with
 * the last lines of the builder.
 */
export async function buildFolder(
  engine: ContainerEngine,
  folder: string,
  tag: string,
  { onLine, signal }: MakeImageOptions,
): Promise<void> {
  const said: string[] = [];
  let failure: string | undefined;
  const run = (builder: BuildOptions['builder']): Promise<void> =>
    engine.buildImage(packContext(folder), {
      tag,
      builder,
      ...(signal ? { signal } : {}),
      onEvent: ({ error, stream }) => {
        failure ??= error?.trim();
        const line = stream?.trim();
        if (!line) return;
        said.push(line);
        onLine(line);
      },
    });
  try {
    await run('buildkit');
  } catch (error) {
    // An engine without BuildKit, such as Podman, refuses before it has said a word.
    if (signal?.aborted || said.length > 0) throw error;
    await run('classic');
  }
  if (failure === undefined) return;
  const lines = said.join('\n').split(/\r?\n/).slice(-LAST_LINES);
  const message = `${tag} could not be built: ${[failure, ...lines].join('\n    | ')}`;
  throw new BacklotError('BACKLOT_E_IMAGE_BUILD_FAILED', message, {
    where: { file: path.join(folder, 'Dockerfile') },
  });
}

/** Pulls an image. Throws `BACKLOT_E_IMAGE_NOT_FOUND` with the engine’s words; `hint` is added to them. */
export async function pullImage(
  engine: ContainerEngine,
  image: string,
  { onLine, signal }: MakeImageOptions,
  hint = '',
): Promise<void> {
  let failure: string | undefined;
  try {
    await engine.pullImage(image, {
      ...(signal ? { signal } : {}),
      onEvent: (event) => {
        failure ??= event.error;
        const message = describePull(event);
        if (message !== undefined) onLine(message);
      },
    });
    if (failure !== undefined) throw new Error(failure);
  } catch (error) {
    if (signal?.aborted) throw error;
    const why = error instanceof BacklotError && error.cause instanceof Error ? error.cause : (error as Error);
    throw imageNotFound(image, `pulling it failed: ${why.message.trim()}${hint}`, error);
  }
}

/** That an image is not there, and why it cannot be got. */
export function imageNotFound(image: string, why: string, cause?: unknown): BacklotError {
  const message = `the image ${image} is not on this machine, and ${why}`;
  return new BacklotError('BACKLOT_E_IMAGE_NOT_FOUND', message, cause === undefined ? {} : { cause });
}

function describePull({ status, id, progressDetail }: ImageEvent): string | undefined {
  if (!status) return undefined;
  const { current, total } = progressDetail ?? {};
  const share = current !== undefined && total ? ` ${Math.round((current / total) * 100)}%` : '';
  return `${id ? `${id}: ` : ''}${status}${share}`;
}
