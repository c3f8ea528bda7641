import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { BacklotError } from '../api/errors';
import { didYouMean } from '../extensions/nearest';
import { VERSION } from '../extensions/own-package';
import type { Platform } from '../runtime/platform';
import { loadStateRoom } from '../runtime/state/platform-state';
import type { World } from '../state';

/** Which extensions are meant; all when left out. */
export interface StatePart {
  readonly extensions?: readonly string[];
}

/** What extensions keep in one state: the default one, or that of a sandbox. */
export class TestState {
  readonly #platform: Platform;
  readonly #world: () => World;

  constructor(platform: Platform, world: () => World) {
    this.#platform = platform;
    this.#world = world;
  }

  /**
   * Returns it to what it began as: seeded, else as the extensions had it when they had started. Resolves when nothing of the
   * old state arrives any more: no timer, and no webhook.
   */
  async reset({ extensions }: StatePart = {}): Promise<void> {
    await this.#platform.state.reset(this.#world(), this.#known(extensions));
  }

  /** Saves it as a snapshot, of which all sandboxes can be made; one of that name is replaced. */
  save(name: string, { extensions }: StatePart = {}): void {
    const owners = this.#known(extensions);
    this.#platform.state.worlds.save(name, { world: this.#world(), ...(owners ? { owners } : {}) });
  }

  /** Puts a snapshot in its place. Resolves, as {@link reset} does, when nothing of the old state arrives any more. */
  async load(name: string, { extensions }: StatePart = {}): Promise<void> {
    await this.#platform.state.restore(name, this.#world(), this.#known(extensions));
  }

  /** What `backlot state export` writes to a file. */
  async export({ extensions }: StatePart = {}): Promise<Buffer> {
    const { contentOfWorld, writeExport } = loadStateRoom();
    const { state, extensions: set } = this.#platform;
    const { images, partial } = contentOfWorld(state.worlds, this.#world(), this.#known(extensions));
    const versionOf = (name: string): string | undefined => set.all.find((each) => each.name === name)?.facts.version;
    return buffer(writeExport(images, { version: VERSION, partial, versionOf, made: Date.now() }));
  }

  /** Puts such a file in its place. Rejects, and changes nothing, when it is damaged or of a later version. */
  async import(file: Uint8Array): Promise<void> {
    await this.#platform.state.import(await loadStateRoom().readExport(Readable.from([file])), this.#world());
  }

  #known(extensions: readonly string[] | undefined): readonly string[] | undefined {
    const names = this.#platform.extensions.all.map(({ name }) => name);
    const unknown = extensions?.find((name) => !names.includes(name));
    if (unknown === undefined) return extensions;
    throw new BacklotError(
      'BACKLOT_E_NAME_UNKNOWN',
      `the platform has no extension "${unknown}"${didYouMean(unknown, names)}; it has ${names.join(', ') || 'none'}`,
    );
  }
}
