/** Changes of the running platform: installs, replaces and removes extensions without a restart. */
import path from 'node:path';
import { BacklotError } from '../api/errors';
import type { ExtensionSet } from '../extensions/supervise/extension-set';
import type { SupervisedExtension } from '../extensions/supervise/supervised-extension';
import type { ExtensionEntry } from '../extensions/list';
import type { LockedExtension } from '../extensions/lock';
import { didYouMean } from '../extensions/nearest';
import { displaySpec, parseSpec } from '../extensions/spec';
import type { Installation } from './installation';

/** How far a change has come. */
export interface ChangeEvent {
  readonly phase: 'installing' | 'installed' | 'loading' | 'starting' | 'draining' | 'stopping';
  readonly message: string;
}

export interface AddRequest {
  readonly entry: ExtensionEntry;
  /** What exactly the spec is, where it is known already. */
  readonly locked?: LockedExtension;
  /** Whether it is to be there after a restart. */
  readonly persist: boolean;
}

export interface AddResult {
  readonly extensions: readonly SupervisedExtension[];
  /** Whether another instance had to go for it. */
  readonly replaced: boolean;
}

export interface RemoveResult {
  readonly removed: readonly SupervisedExtension[];
  /** Whether something else still lists it, so that the next start brings it back. */
  readonly isListed: boolean;
}

type Listener = (event: ChangeEvent) => void;

export class LiveExtensions {
  constructor(
    private readonly set: ExtensionSet,
    private readonly installation: () => Installation,
  ) {}

  /** Installs and starts. Throws the BacklotError of whatever failed; then everything is as it was. */
  async add({ entry, locked, persist }: AddRequest, onProgress: Listener): Promise<AddResult> {
    const placed = withAbsolutePaths(entry);
    const before = this.set.all;
    const extensions = await this.#installAndStart(placed, locked, onProgress);
    const gone = before.filter((extension) => !this.set.all.includes(extension));
    if (persist) await this.installation().additions.put(placed, new Set(gone.map(({ facts }) => facts.entry.spec)));
    return { extensions, replaced: gone.length > 0 };
  }

  /** Takes an extension out; the others of its package stay. Throws BACKLOT_E_EXTENSION_NOT_FOUND. */
  async remove(name: string, onProgress: Listener): Promise<RemoveResult> {
    const removed = this.#named(name);
    await this.set.remove(removed, (phase, message) => onProgress({ phase, message }));
    const specs = new Set(removed.map(({ facts }) => facts.entry.spec));
    const stays = this.set.all.some(({ facts }) => specs.has(facts.entry.spec));
    if (!stays) await this.installation().additions.remove(specs);
    const listed = await this.installation()
      .entries()
      .catch(() => []);
    return { removed, isListed: listed.some(({ spec, enabled }) => enabled && specs.has(spec)) };
  }

  /**
   * Replaces an extension by a new instance of what its entry leads to now, with another "config" where one is given. Throws
   * BACKLOT_E_EXTENSION_NOT_FOUND, and as {@link add} does.
   */
  async reload(name: string, config: unknown, onProgress: Listener): Promise<AddResult> {
    const [{ facts }] = this.#named(name);
    const { entry } = facts;
    const changed = config === undefined ? entry : { ...entry, config };
    return { extensions: await this.#installAndStart(changed, undefined, onProgress), replaced: true };
  }

  async #installAndStart(
    entry: ExtensionEntry,
    locked: LockedExtension | undefined,
    onProgress: Listener,
  ): Promise<SupervisedExtension[]> {
    onProgress({ phase: 'installing', message: `installing ${displaySpec(entry.spec)}` });
    const [outcome] = await this.installation().install([entry], {
      complete: false,
      ...(locked ? { locked: { [entry.spec]: locked } } : {}),
    });
    if (!outcome || 'error' in outcome) throw outcome?.error ?? notFound(entry.spec, []);
    const { installed } = outcome;
    onProgress({ phase: 'installed', message: `${installed.name} ${installed.version} is installed` });
    return this.set.add(entry, installed, (phase, message) => onProgress({ phase, message }));
  }

  #named(name: string): [SupervisedExtension, ...SupervisedExtension[]] {
    const [first, ...more] = this.set.all.filter((extension) => extension.name === name);
    if (!first) throw notFound(name, this.set.all);
    return [first, ...more];
  }
}

/** A folder, tarball or seed by its whole path: the additions are read from another place. */
function withAbsolutePaths(given: ExtensionEntry): ExtensionEntry {
  const { baseDirectory } = given.origin;
  const entry = given.seed === undefined ? given : { ...given, seed: path.resolve(baseDirectory, given.seed) };
  const spec = parseSpec(entry.spec, baseDirectory);
  if (spec.kind !== 'folder' && spec.kind !== 'tarball') return entry;
  return path.isAbsolute(entry.spec) ? entry : { ...entry, spec: `file:${spec.path}` };
}

function notFound(name: string, all: readonly SupervisedExtension[]): BacklotError {
  const names = all.map((extension) => extension.name);
  const has = names.length === 0 ? 'there are none' : `there are ${names.join(', ')}`;
  const message = `no extension named ${name}${didYouMean(name, names)}; ${has}`;
  return new BacklotError('BACKLOT_E_EXTENSION_NOT_FOUND', message);
}
