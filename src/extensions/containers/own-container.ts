import { existsSync, readFileSync } from 'node:fs';
import os from 'node:os';
import type { ContainerDetails, ContainerEngine } from '../../engine/engine';

/** The container that this process runs in, as the engine knows it; undefined outside of one, and where it is another engine’s. */
export async function ownContainer(engine: ContainerEngine): Promise<ContainerDetails | undefined> {
  if (process.env.BACKLOT_IN_CONTAINER !== '1' && !existsSync('/.dockerenv')) return undefined;
  for (const id of [os.hostname(), idInMounts()]) {
    const found = id === undefined ? undefined : await engine.inspectContainer(id);
    if (found?.running) return found;
  }
  return undefined;
}

/** The engine mounts /etc/hostname from a folder that is named by the container: known also where its host name was chosen. */
function idInMounts(): string | undefined {
  try {
    return /\/containers\/([0-9a-f]{64})\//.exec(readFileSync('/proc/self/mountinfo', 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}
