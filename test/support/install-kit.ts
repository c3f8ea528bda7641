import path from 'node:path';
import {
  installExtensions,
  type InstallOptions,
  type InstallOutcome,
} from '../../src/extensions/install/install-extensions';
import type { InstallEngine, InstallRequest } from '../../src/extensions/install/install-engine';
import { NpmEngine } from '../../src/extensions/install/npm-engine';
import type { ExtensionEntry } from '../../src/extensions/list';

export const PLATFORM_ROOT = path.join(__dirname, '../..');
export const FIXTURES = path.join(PLATFORM_ROOT, 'test/fixtures/extensions');

/** npm, and a count of what it was asked to do. */
export class CountingEngine implements InstallEngine {
  readonly id = 'counting';
  calls = 0;
  readonly #npm: NpmEngine;

  constructor(volume: string) {
    this.#npm = new NpmEngine({ cache: path.join(volume, 'cache'), temporary: path.join(volume, 'tmp') });
  }

  install(request: InstallRequest): Promise<void> {
    this.calls++;
    return this.#npm.install(request);
  }
}

/** An entry of a list in `baseDirectory`: a spec, or a spec with options. */
export function entryOf(entry: string | Partial<ExtensionEntry>, baseDirectory = FIXTURES): ExtensionEntry {
  const options = typeof entry === 'string' ? { spec: entry } : entry;
  const origin = { source: path.join(baseDirectory, 'extensions.json'), line: 1, column: 1, index: 0, baseDirectory };
  return { spec: '', enabled: true, required: false, origin, ...options };
}

/** The options for a volume, with the platform of this checkout. */
export function optionsFor(volume: string, more: Partial<InstallOptions> = {}): InstallOptions {
  return {
    libDirectory: path.join(volume, 'lib'),
    cacheDirectory: path.join(volume, 'cache'),
    temporaryDirectory: path.join(volume, 'tmp'),
    platformRoot: PLATFORM_ROOT,
    platformVersion: '0.1.0',
    ...more,
  };
}

/** Installs into a volume, and says how each entry came out: how it was installed, or the code of its error. */
export async function install(
  volume: string,
  entries: readonly (string | Partial<ExtensionEntry>)[],
  more: Partial<InstallOptions> = {},
): Promise<{ outcomes: InstallOutcome[]; summary: string[] }> {
  const outcomes = await installExtensions(
    entries.map((entry) => entryOf(entry)),
    optionsFor(volume, more),
  );
  return {
    outcomes,
    summary: outcomes.map((outcome) => ('error' in outcome ? outcome.error.code : outcome.installed.how)),
  };
}
