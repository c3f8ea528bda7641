import os from 'node:os';
import { BacklotError } from '../api/errors';
import { DockerEngine } from './docker-engine';
import type { ContainerEngine } from './engine';
import { type EngineAddress, formatAddress } from './engine-address';
import { ENGINE_STRATEGIES, type EngineStrategy, type Surroundings } from './engine-strategies';
import { httpGet } from './engine-http';

/** How long an engine may take to say that it is there. Docker Desktop needs a moment to wake; ssh has its own limit. */
const PING_LIMIT_MS: Readonly<Record<EngineAddress['kind'], number>> = { socket: 5_000, tcp: 5_000, ssh: 20_000 };

/** The surroundings of this process. */
export function ownSurroundings(): Surroundings {
  const env = process.env;
  return { env, home: env.HOME || os.homedir(), platform: process.platform, uid: process.getuid?.() };
}

/**
 * The first engine that answers, by the strategies in their order.
 *
 * Throws `BACKLOT_E_ENGINE_NOT_FOUND`, which lists what was tried and how each failed, and says how to start one here.
 */
export async function findEngine(
  surroundings: Surroundings = ownSurroundings(),
  strategies: readonly EngineStrategy[] = ENGINE_STRATEGIES,
): Promise<ContainerEngine> {
  const tried: string[] = [];
  let chosenBy: string | undefined;
  for (const strategy of strategies) {
    for (const finding of strategy.find(surroundings)) {
      if ('notMe' in finding) {
        tried.push(`${strategy.name}: ${finding.notMe}`);
        continue;
      }
      const failure = await ping(finding.address);
      if (failure === undefined) return new DockerEngine(finding.address, strategy.name);
      tried.push(`${strategy.name}: ${formatAddress(finding.address)}: ${failure}`);
    }
    if (!strategy.isChosen?.(surroundings)) continue;
    chosenBy = strategy.name;
    break;
  }
  const list = tried.map((line) => `\n    ${line}`).join('');
  throw new BacklotError('BACKLOT_E_ENGINE_NOT_FOUND', `no container engine answers; tried:${list}`, {
    remedy: chosenBy === undefined ? startOne(surroundings.platform) : chosen(chosenBy),
  });
}

/** How an engine is started on a platform. */
function startOne(platform: NodeJS.Platform): string {
  const ways: Partial<Record<NodeJS.Platform, string>> = {
    linux:
      'sudo systemctl start docker (Docker), systemctl --user start docker (rootless Docker), ' +
      'systemctl --user start podman.socket (Podman)',
    darwin: 'open -a Docker (Docker Desktop), colima start (Colima), podman machine start (Podman)',
    win32: 'Docker Desktop from the Start menu, or podman machine start (Podman)',
  };
  const way = ways[platform] ?? 'Docker, Podman or Colima';
  return `Start an engine: ${way}; or name one in DOCKER_HOST. ${WITHOUT}`;
}

function chosen(by: string): string {
  return `No other engine is tried, because ${by} names this one: start it, or mend or unset ${by}. ${WITHOUT}`;
}

const WITHOUT = '`backlot start --host` runs without any engine.';

/** Undefined when the engine answers, else why it does not. */
async function ping(address: EngineAddress): Promise<string | undefined> {
  try {
    const { status } = await httpGet(address, '/_ping', PING_LIMIT_MS[address.kind]);
    return status === 200 ? undefined : `answered with HTTP status ${status}`;
  } catch (error) {
    return reason(error as NodeJS.ErrnoException);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  EACCES: 'permission denied (is your user in the group that may use it?)',
  ECONNREFUSED: 'nothing listens there',
  ENOTSOCK: 'is not a socket',
  ENOTFOUND: 'no such host',
};

function reason(error: NodeJS.ErrnoException): string {
  // A file of certificates that is missing is another matter than a socket that is.
  const isFile = error.syscall === 'open' || error.syscall === 'read';
  return (isFile ? undefined : REASONS[error.code ?? '']) ?? (error.message || (error.code ?? 'no answer'));
}
