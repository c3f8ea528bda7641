import { access, constants, stat, statfs } from 'node:fs/promises';
import type { ContainerDetails, ContainerEngine } from '../../engine/engine';
import { exec } from '../exec';
import { type Check, failed, type Finding, ok, type Patient, warning } from './check';

const MIB = 1024 ** 2;
/** Below these a start with a few extensions is in danger, or cannot work. */
const LITTLE_BYTES = 1024 * MIB;
const NOTHING_BYTES = 50 * MIB;

/** The user of the container. */
const CONTAINER_USER = 1000;

const TARGET = '/var/lib/backlot';

/** The volume is there, can be written to, and has room. */
export const volume: Check = {
  name: 'volume',
  async run(patient) {
    const container = await patient.container.catch(() => undefined);
    if (container?.running) return inContainer(await patient.engine, container);
    const { type, source } = patient.volume;
    return type === 'bind' ? folder(source, patient.platform) : named(source, patient);
  },
};

async function inContainer(engine: ContainerEngine, container: ContainerDetails): Promise<Finding> {
  const source = container.mounts.find(({ target }) => target === TARGET)?.source ?? 'in the container itself';
  const script = `test -w ${TARGET} && echo writable; df -Pk ${TARGET}`;
  const { stdout } = await exec(engine, container.id, ['sh', '-c', script]);
  if (!stdout.startsWith('writable')) {
    return failed(
      `${source} cannot be written to`,
      `Let the user ${CONTAINER_USER} write there: chown -R ${CONTAINER_USER} FOLDER`,
    );
  }
  const freeKib = Number(stdout.trim().split('\n').at(-1)?.split(/\s+/)[3]);
  return withRoom(`${source} can be written to`, freeKib * 1024);
}

async function folder(source: string, platform: NodeJS.Platform): Promise<Finding> {
  const found = await stat(source).catch(() => undefined);
  if (!found) return ok(`${source} is made at the first start`);
  if (!found.isDirectory()) return failed(`${source} is no folder`, 'Name another one with --volume.');
  const isOurs = await access(source, constants.W_OK).then(
    () => true,
    () => false,
  );
  if (!isOurs)
    return failed(`${source} cannot be written to by you`, `Let your user write there: chown -R $USER ${source}`);
  // On other systems the engine's virtual machine makes all users equal.
  const isForContainer = found.uid === CONTAINER_USER || (found.mode & 0o002) !== 0;
  const free = await freeBytes(source);
  if (platform !== 'linux' || isForContainer) return withRoom(`${source} can be written to`, free);
  const mend = `Let the user of the container write there: chown -R ${CONTAINER_USER} ${source}`;
  return warning(`${source} cannot be written to by the user ${CONTAINER_USER} of the container`, mend);
}

async function named(source: string, { engine: promise, facts }: Patient): Promise<Finding> {
  const engine = await promise.catch(() => undefined);
  if (!engine) return ok(`${source}, which an engine would keep`);
  const isThere = await engine.volumeExists(source);
  const { dataFolder } = await facts;
  // The folder of an engine in a virtual machine is not on this machine.
  const free = dataFolder === undefined || engine.host !== undefined ? undefined : await freeBytes(dataFolder);
  return withRoom(isThere ? `${source} is there` : `${source} is made at the first start`, free);
}

function withRoom(found: string, free: number | undefined): Finding {
  if (free === undefined || Number.isNaN(free)) return ok(found);
  const words = `${found}, ${free > 10 * LITTLE_BYTES ? `${Math.round(free / MIB / 1024)} GiB` : `${Math.round(free / MIB)} MiB`} free`;
  const mend =
    'Make room on the disk: docker system df shows what the engine holds, docker system prune removes what nobody uses.';
  if (free < NOTHING_BYTES) return failed(words, mend);
  return free < LITTLE_BYTES ? warning(words, mend) : ok(words);
}

async function freeBytes(place: string): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(place);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}
