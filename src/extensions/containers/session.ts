/** Which platform a container belongs to, and whether that platform still lives. */
import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import os from 'node:os';
import type { ContainerDetails, ContainerEngine } from '../../engine/engine';
import { lookAtProcess } from '../look-at-process';

/** Who runs a container: a process, as exactly as it can be told, for numbers of processes are used again. */
export interface Session {
  readonly id: string;
  /** The container that the platform itself runs in. */
  readonly container?: string;
  readonly machine: string;
  /** The start of the machine, the name space of the process numbers, and the start of the process; empty where unknown. */
  readonly boot: string;
  readonly space: string;
  readonly pid: number;
  readonly started: string;
}

/** The session of a platform in this process. */
export function newSession(own: ContainerDetails | undefined): Session {
  return {
    id: randomUUID(),
    ...(own ? { container: own.id } : {}),
    machine: os.hostname(),
    boot: contentOf('/proc/sys/kernel/random/boot_id'),
    space: ownSpace(),
    pid: process.pid,
    started: lookAtProcess(process.pid)?.started ?? '',
  };
}

/** The session that a label holds; undefined when it holds none. */
export function parseSession(label: string | undefined): Session | undefined {
  try {
    const session = JSON.parse(label ?? '') as Partial<Session>;
    return typeof session.id === 'string' && typeof session.pid === 'number' ? (session as Session) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Whether the platform of a session is surely gone. What cannot be told from here (a process of another machine, or of
 * another container that runs) counts as living: nothing of a living platform may be removed.
 */
export async function isDead(session: Session, self: Session, engine: ContainerEngine): Promise<boolean> {
  if (session.id === self.id) return false;
  if (session.container !== undefined && session.container !== self.container) {
    const container = await engine.inspectContainer(session.container);
    return container === undefined || !container.running;
  }
  // From here on it is a process beside us, or one that was.
  if (session.container === undefined && session.machine !== self.machine) return false;
  if (session.boot !== self.boot) return true;
  if (session.space !== self.space) return session.container !== undefined;
  const found = lookAtProcess(session.pid);
  return found === undefined || found.isZombie || found.started !== session.started;
}

function ownSpace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}
