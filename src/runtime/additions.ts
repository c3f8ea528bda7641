import { join } from 'node:path';
import { readExtensionList, type ExtensionEntry } from '../extensions/list';
import { replaceFile } from '../extensions/replace-file';
import type { Volume } from './volume';

/** The extensions that were added to the running platform over HTTP and are to outlive a restart: a list on the volume. */
export class Additions {
  readonly #file: string;

  constructor(volume: Volume) {
    this.#file = join(volume.state, 'extensions.json');
  }

  /** Throws as reading extensions.json does. */
  read(): Promise<ExtensionEntry[]> {
    return readExtensionList(this.#file, { mustExist: false });
  }

  /** Puts an entry in the place of the ones that it replaces, or behind the others. */
  async put(entry: ExtensionEntry, replaced: ReadonlySet<string>): Promise<void> {
    const kept = (await this.read()).filter(({ spec }) => spec !== entry.spec && !replaced.has(spec));
    await this.#write([...kept, entry]);
  }

  /** Takes the entries with these specs out; says whether there were any. */
  async remove(specs: ReadonlySet<string>): Promise<boolean> {
    const all = await this.read();
    const kept = all.filter(({ spec }) => !specs.has(spec));
    if (kept.length === all.length) return false;
    await this.#write(kept);
    return true;
  }

  async #write(entries: readonly ExtensionEntry[]): Promise<void> {
    const extensions = entries.map(({ origin: _origin, ...entry }) => entry);
    await replaceFile(this.#file, `${JSON.stringify({ extensions }, undefined, 2)}\n`);
  }
}
