/** The containers of all extensions of one platform. */
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Logger } from 'winston';
import { BacklotError, describeCause } from '../../api/errors';
import type { ContainerDeclaration, Containers } from '../../api/containers';
import type { Resources } from '../../api/resources';
import type { ContainerDetails, ContainerEngine, ContainerMount } from '../../engine/engine';
import { findEngine } from '../../engine/find-engine';
import type { Ailment } from '../supervise/supervised-extension';
import { checkDeclaration, type Declaration } from './declaration';
import { ExtensionContainer, type Surroundings } from './extension-container';
import { EXTENSION_LABEL, SESSION_LABEL } from './labels';
import { ownContainer } from './own-container';
import { findPlacement, type Placement } from './placement';
import { isDead, newSession, parseSession, type Session } from './session';

export interface ContainerHostOptions {
  readonly log: Logger;
  /** The file on the volume that remembers whether containers were left behind. */
  readonly notes: string;
}

/** The extension that runs containers. */
export interface ContainerOwner {
  readonly name: string;
  readonly log: Logger;
  readonly packageDirectory: string;
  readonly dataDirectory: () => string;
  readonly resources: Resources;
  /** Says that its start may take so many milliseconds. */
  readonly allow: (milliseconds: number) => void;
  /** Says what ails one of its containers, or that nothing does. */
  readonly ail: (container: object, ailment: Ailment | undefined) => void;
}

/** What is found out once for all containers. */
interface Common {
  readonly engine: ContainerEngine;
  readonly own: ContainerDetails | undefined;
  readonly placement: Placement;
  readonly session: Session;
}

/** How long an image may take to be pulled or built beside the time that a container has to be healthy, in milliseconds. */
const IMAGE_LIMIT_MS = 600_000;

/** What is kept on the volume. */
interface Notes {
  /** Names the volumes of this platform, so that two platforms do not share them. */
  readonly instance: string;
  /** Whether containers were started and not removed since. */
  readonly isOpen: boolean;
}

export class ContainerHost {
  readonly #living = new Set<{ readonly owner: ContainerOwner; readonly container: ExtensionContainer }>();
  #common: Promise<Common> | undefined;
  #number = 0;

  constructor(private readonly options: ContainerHostOptions) {}

  /** The containers of one extension. */
  containersOf(owner: ContainerOwner): Containers {
    return {
      start: (declaration) => this.#start(owner, declaration),
    };
  }

  /** Removes what a platform that is gone has left, when its notes say that it did. Never throws: nothing depends on it. */
  async removeLeftovers(): Promise<void> {
    if (!readNotes(this.options.notes)?.isOpen) return;
    try {
      await this.#find();
      if (this.#living.size === 0) this.#note(false);
    } catch (error) {
      this.options.log.debug(`containers that were left behind cannot be removed: ${describeCause(error)}`);
    }
  }

  /** Kills what is left when all extensions are gone. */
  async close(): Promise<void> {
    const left = [...this.#living];
    const killed = await Promise.allSettled(left.map(({ container }) => container.kill()));
    for (const { reason } of killed.filter((each) => each.status === 'rejected')) {
      this.options.log.warn(`a container could not be removed: ${describeCause(reason)}`);
    }
    if (killed.every(({ status }) => status === 'fulfilled') && this.#number > 0) this.#note(false);
  }

  #start(owner: ContainerOwner, given: ContainerDeclaration): ExtensionContainer {
    const declaration = checkDeclaration(given, owner.name, owner.packageDirectory);
    owner.allow(IMAGE_LIMIT_MS + declaration.timeout + declaration.stopTimeout * 1000);
    const key = {};
    const container = new ExtensionContainer({
      extension: owner.name,
      declaration,
      log: owner.log,
      surroundings: () => this.#surroundingsOf(owner, declaration),
      onAilment: (ailment) => owner.ail(key, ailment),
      predecessor: this.#predecessorOf(owner),
    });
    const entry = { owner, container };
    this.#living.add(entry);
    owner.resources.onDispose(async () => {
      await container.stop();
      this.#living.delete(entry);
    });
    return container;
  }

  /** The container that the instance before had in the same place among its own. */
  #predecessorOf(owner: ContainerOwner): ExtensionContainer | undefined {
    const sameName = [...this.#living].filter((each) => each.owner.name === owner.name);
    const place = sameName.filter((each) => each.owner === owner).length;
    return sameName.filter((each) => each.owner !== owner)[place]?.container;
  }

  async #surroundingsOf(owner: ContainerOwner, declaration: Declaration): Promise<Surroundings> {
    const { engine, own, placement, session } = await this.#find(owner.name);
    const instance = this.#note(true);
    return {
      engine,
      placement,
      name: `backlot-${owner.name}-${session.id.slice(0, 8)}-${(this.#number += 1)}`,
      labels: { [EXTENSION_LABEL]: owner.name, [SESSION_LABEL]: JSON.stringify(session) },
      mounts: declaration.volumes.map(({ name, target }) => {
        if (name.startsWith('./')) return folderMount(path.join(owner.dataDirectory(), name), target, own, owner.name);
        const labels = { [EXTENSION_LABEL]: owner.name };
        const source = `backlot-${owner.name}-${name}-${instance}`;
        return { type: 'volume', source, target, readOnly: false, labels };
      }),
    };
  }

  /** Finds the engine, and removes what is left on it before anything new begins: it may hold the same volumes. */
  #find(extension?: string): Promise<Common> {
    this.#common ??= this.#findOnce();
    return this.#common.catch((error: unknown) => {
      // The engine may be there the next time.
      this.#common = undefined;
      throw extension === undefined ? error : noEngine(error, extension);
    });
  }

  async #findOnce(): Promise<Common> {
    const engine = await findEngine();
    const own = await ownContainer(engine);
    const session = newSession(own);
    await this.#sweep(engine, session);
    return { engine, own, placement: await findPlacement(engine, own), session };
  }

  async #sweep(engine: ContainerEngine, self: Session): Promise<void> {
    const found = await engine.listContainers(SESSION_LABEL);
    await Promise.all(
      found.map(async ({ id, labels }) => {
        const session = parseSession(labels[SESSION_LABEL]);
        if (!session || !(await isDead(session, self, engine))) return;
        await engine.removeContainer(id);
        this.options.log.info(`removed a container of ${labels[EXTENSION_LABEL]} that a platform had left behind`);
      }),
    );
  }

  /** Notes whether there are containers; gives the name of this platform’s volumes. */
  #note(isOpen: boolean): string {
    const { notes } = this.options;
    const before = readNotes(notes);
    const instance = before?.instance ?? randomUUID().slice(0, 8);
    if (before?.isOpen !== isOpen) {
      mkdirSync(path.dirname(notes), { recursive: true });
      writeFileSync(notes, JSON.stringify({ instance, isOpen } satisfies Notes));
    }
    return instance;
  }
}

function readNotes(file: string): Notes | undefined {
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Notes;
  } catch {
    return undefined;
  }
}

/** A folder as the engine knows it: in a container of ours, our paths are inside of what is mounted into it. */
function folderMount(
  folder: string,
  target: string,
  own: ContainerDetails | undefined,
  extension: string,
): ContainerMount {
  mkdirSync(folder, { recursive: true });
  const mount = (source: string): ContainerMount => ({ type: 'bind', source, target, readOnly: false });
  if (!own) return mount(folder);
  const above = own.mounts
    .filter((each) => folder === each.target || folder.startsWith(`${each.target}/`))
    .sort((a, b) => b.target.length - a.target.length)[0];
  if (above) return mount(above.source + folder.slice(above.target.length));
  throw new BacklotError('BACKLOT_E_DECLARATION_INVALID', `${folder} is on no volume of this container`, {
    where: { extension },
    remedy: 'Give Backlot’s container a volume for its data, or declare a named volume instead of a folder.',
  });
}

function noEngine(error: unknown, extension: string): unknown {
  if (!(error instanceof BacklotError) || error.code !== 'BACKLOT_E_ENGINE_NOT_FOUND') return error;
  return new BacklotError('BACKLOT_E_CONTAINER_ENGINE', `${extension} runs a container, and ${error.message}`, {
    where: { extension },
  });
}
