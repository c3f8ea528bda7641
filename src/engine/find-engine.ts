import os from 'node:os';
import { BacklotError } from '../api/errors';
import { DockerEngine } from './docker-engine';
import type { ContainerEngine } from './engine';
import { type EngineAddress, formatAddress } from './engine-address';
import { ENGINE_STRATEGIES, type EngineStrategy, type Surroundings } from './engine-strategies';
import { httpGet } from './http-get';

/** How long an engine may take to say that it is there. Docker Desktop needs a moment to wake. */
const PING_LIMIT_MS = 5_000;

/** The surroundings of this process. */
export function ownSurroundings(): Surroundings {
  const env = process.env;
  return { env, home: env.HOME || os.homedir(), platform: process.platform, uid: process.getuid?.() };
}

/**
 * The first engine that answers, by the strategies in their order.
 *
 * Throws `BACKLOT_E_ENGINE_NOT_FOUND`, whose message lists what was tried and how each failed.
 */
export async function findEngine(
  surroundings: Surroundings = ownSurroundings(),
  strategies: readonly EngineStrategy[] = ENGINE_STRATEGIES,
): Promise<ContainerEngine> {
  const tried: string[] = [];
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
    if (strategy.isChosen?.(surroundings)) break;
  }
  const list = tried.map((line) => `\n    ${line}`).join('');
  throw new BacklotError('BACKLOT_E_ENGINE_NOT_FOUND', `no container engine answers; tried:${list}`);
}

/** Undefined when the engine answers, else why it does not. */
async function ping(address: EngineAddress): Promise<string | undefined> {
  try {
    const { status } = await httpGet(address, '/_ping', PING_LIMIT_MS);
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
