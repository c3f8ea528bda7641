import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { statSync } from 'node:fs';
import type { ContainerEngine, ContainerMount, ContainerSpec } from '../engine/engine';
import { readLogBatches } from '../engine/log-lines';
import { requireContainer } from './find-container';
import type { ProgressListener } from './progress';
import type { Settings } from './settings';
import type * as Needs from './who-needs-engine';

/** What a container needs to use the engine that it runs on. */
export type EngineAccess = Pick<ContainerSpec, 'groups' | 'mounts'>;

/** Where programs in a container look for the engine. */
const SOCKET_INSIDE = '/var/run/docker.sock';

const NONE: EngineAccess = { mounts: [] };

/**
 * The socket of the engine, when an extension asks for it and the user agrees; else nothing. A hint says which of both is missing.
 *
 * Throws `BACKLOT_E_ENGINE_FAILED`.
 */
export async function accessTo(
  engine: ContainerEngine,
  settings: Settings,
  onProgress: ProgressListener | undefined,
): Promise<EngineAccess> {
  const hint = (message: string): void => onProgress?.({ phase: 'hint', message, detail: false });
  const { asking, unknown } = await needsOf(settings);
  if (!settings.docker) {
    if (asking.length > 0) {
      const run = asking.length === 1 ? 'runs containers, and needs' : 'run containers, and need';
      hint(
        `${asking.join(', ')} ${run} the engine for it; --docker hands its socket in, and with it power over its machine`,
      );
    }
    return NONE;
  }
  if (asking.length === 0) {
    hint(
      'the socket of the engine is not handed in: no extension asks for it ("containers": true in its package.json)',
    );
    for (const each of unknown) hint(`not looked at: ${each}`);
    return NONE;
  }
  hint(`the socket of the engine is handed in for ${asking.join(', ')}`);
  const mount = { type: 'bind', source: engine.socket, target: SOCKET_INSIDE, readOnly: false } as const;
  const group = await groupOf(engine, settings.image, mount);
  return { mounts: [mount], ...(group === undefined ? {} : { groups: [group] }) };
}

async function needsOf(settings: Settings): Promise<Needs.EngineNeeds> {
  const { extensionsFile, environment, devFolders, docker } = settings;
  const hasNone = extensionsFile === undefined && !environment.EXTENSION_AUTO_INSTALL && devFolders.length === 0;
  if (hasNone) return { asking: [], unknown: [] };
  // Loaded only where there are extensions to look at.
  const { whoNeedsEngine } = createRequire(__filename)('./who-needs-engine') as typeof Needs;
  return whoNeedsEngine(settings, docker);
}

/** The group that may use the socket, as a container sees it: an engine in a virtual machine, or without root, has other numbers. */
async function groupOf(engine: ContainerEngine, image: string, mount: ContainerMount): Promise<number | undefined> {
  if (process.platform === 'linux' && engine.host === undefined && mount.source === SOCKET_INSIDE) {
    return statSync(mount.source).gid;
  }
  const id = await engine.createContainer({
    name: `backlot-probe-${randomUUID().slice(0, 8)}`,
    image,
    command: ['stat', '-c', '%g', SOCKET_INSIDE],
    environment: {},
    labels: {},
    ports: {},
    mounts: [mount],
    stopGraceSeconds: 1,
  });
  try {
    await engine.startContainer(id);
    await engine.waitForExit(id);
    for await (const [first] of readLogBatches(engine, await requireContainer(engine, id))) {
      if (/^\d+$/.test(first?.line ?? '')) return Number(first?.line);
    }
    return undefined;
  } finally {
    await engine.removeContainer(id);
  }
}
