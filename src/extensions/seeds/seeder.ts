import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Logger } from 'winston';
import { BacklotError } from '../../api/errors';
import type { StateHost } from '../../state';
import type { SupervisedExtension } from '../supervise/supervised-extension';
import type * as ReadSeed from './read-seed';
import type { SeedFile } from './seed-file';
import { validateSeed } from './validate-seed';

export interface SeederOptions {
  /** What extensions keep; undefined as long as nobody has used it. */
  readonly host: () => StateHost | undefined;
  readonly log: Logger;
}

/** A seed that was read and accepted by its schema, and waits until its extension has started. */
export interface PreparedSeed {
  /**
   * Puts it in, if the state of the extension is fresh, and makes what the extension has then what a reset returns to. Throws
   * BACKLOT_E_SEED_UNWANTED, and BACKLOT_E_SEED_INVALID when the extension throws; then nothing of it is in.
   */
  readonly plant: () => void;
}

interface ReadySeed extends SeedFile {
  /** What the schema of the extension puts out. */
  readonly accepted: unknown;
}

/** Fills the fresh state of extensions with the seeds of their entries. */
export class Seeder {
  /** The seed that each extension which has started began with, as a digest; empty for none. */
  readonly #seeds = new Map<string, string>();

  constructor(private readonly options: SeederOptions) {}

  /**
   * Reads the seed of an extension that has been loaded and is about to start. When it is another one than the running
   * platform had for it, the state of the extension in the default world begins anew. Throws as `readSeed` and `validateSeed` do.
   */
  async prepare(extension: SupervisedExtension): Promise<PreparedSeed> {
    const { name } = extension;
    const seed = await this.#read(extension);
    const digest = seed.length === 0 ? '' : digestOf(seed);
    const host = this.options.host();
    const before = this.#seeds.get(name);
    const isChanged = before !== undefined && before !== digest && digest !== '';
    if (isChanged && host) {
      host.worlds.clearBeginning([name]);
      await host.reset(host.worlds.base, [name]);
      this.options.log.info(`the seed of ${name} changed: its state begins anew`);
    }
    // Asked now, because the extension may write to its state while it starts.
    const isFresh = isChanged || (before === undefined && this.#isFresh(name));
    return {
      plant: () => {
        if (seed.length > 0) this.#refuseUnwanted(extension, seed[0] as ReadySeed);
        if (isFresh) this.#plant(extension, seed);
        else if (before === undefined && seed.length > 0)
          this.options.log.info(`${name} goes on with the state that was kept: its seed is for a fresh one`);
        this.#seeds.set(name, digest);
      },
    };
  }

  async #read({ name, facts, instance }: SupervisedExtension): Promise<ReadySeed[]> {
    const { seed: schema } = (instance?.constructor ?? {}) as { seed?: unknown };
    const ready: ReadySeed[] = [];
    if (facts.entry.seed === undefined) return ready;
    // What reads files of seeds is loaded where there are some: the start does not wait for it.
    const { readSeed } = createRequire(__filename)('./read-seed') as typeof ReadSeed;
    for (const file of await readSeed(facts.entry)) {
      ready.push({ ...file, accepted: await validateSeed(schema, file, name) });
    }
    return ready;
  }

  #isFresh(name: string): boolean {
    const host = this.options.host();
    return host === undefined || !(host.worlds.hasBeginning(name) || host.wasKept(name));
  }

  #refuseUnwanted({ name, keeps }: SupervisedExtension, { file }: SeedFile): void {
    if ((keeps?.seeds ?? []).length > 0) return;
    throw new BacklotError(
      'BACKLOT_E_SEED_UNWANTED',
      `${name} takes no seed, and its entry has one: ${path.basename(file)}`,
      { where: { extension: name, file } },
    );
  }

  #plant(extension: SupervisedExtension, seed: readonly ReadySeed[]): void {
    const host = this.options.host();
    const { name, keeps } = extension;
    if (!host || !keeps) return;
    const { worlds, current } = host;
    current.runIn(worlds.base.view(), () =>
      worlds.transaction(() => {
        for (const file of seed) {
          for (const put of keeps.seeds) putIn(extension, put, file);
        }
      }),
    );
    worlds.setBeginning([name]);
  }
}

function putIn(
  extension: SupervisedExtension,
  put: (data: unknown) => unknown,
  { file, accepted, placeOf }: ReadySeed,
): void {
  const { name } = extension;
  const where = { file, ...placeOf([]), extension: name };
  let result: unknown;
  try {
    result = extension.bind(put)(accepted);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new BacklotError('BACKLOT_E_SEED_INVALID', `${name} refused its seed ${path.basename(file)}: ${why}`, {
      where,
      cause,
    });
  }
  if (typeof (result as { then?: unknown } | undefined)?.then !== 'function') return;
  // It would write after the transaction; what it throws then is the consequence of this.
  Promise.resolve(result).catch(() => undefined);
  throw new BacklotError('BACKLOT_E_SEED_INVALID', `the function that ${name} gave to onSeed is async`, {
    where,
    remedy: 'Let it put the data in before it returns: everything of this.state is synchronous.',
  });
}

function digestOf(seed: readonly SeedFile[]): string {
  const hash = createHash('sha256');
  for (const { file, data } of seed) hash.update(JSON.stringify([file, data]));
  return hash.digest('hex');
}
