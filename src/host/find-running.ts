import path from 'node:path';
import { BacklotError } from '../api/errors';
import { findEngine } from '../engine/find-engine';
import { runningWith } from '../extensions/running-note';
import { containerName } from './settings';
import { status } from './status';

/** Which instance is meant. */
export interface RunningChoice {
  /** The address of its gateway, for one that is not a container of this machine. */
  readonly url?: string;
  /** The name of its container, where only a container is meant. */
  readonly name?: string;
}

/**
 * The address of the gateway of the instance that runs, without a slash at the end; undefined when none does. The one that
 * runs without a container with the volume of this folder (`BACKLOT_VOLUME`, or `./.backlot`) comes before the container.
 * Without an engine there is no container, unless its address is given.
 *
 * Throws `BACKLOT_E_OPTION_INVALID`, and `BACKLOT_E_ENGINE_FAILED` when an engine that is there cannot say.
 */
export async function findRunning({ url, name }: RunningChoice): Promise<string | undefined> {
  if (url !== undefined) return checkUrl(url);
  const onHost = name === undefined ? runningWith(path.resolve(process.env.BACKLOT_VOLUME || '.backlot')) : undefined;
  if (onHost !== undefined) return onHost;
  const wanted = containerName(name);
  try {
    return (await status(await findEngine(), wanted)).url;
  } catch (error) {
    if (error instanceof BacklotError && error.code === 'BACKLOT_E_ENGINE_NOT_FOUND') return undefined;
    throw error;
  }
}

function checkUrl(url: string): string {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url.replace(/\/+$/, '');
  throw new BacklotError('BACKLOT_E_OPTION_INVALID', `"${url}" is not the address of a Backlot`, {
    remedy: 'Write it as http://localhost:4566.',
  });
}
