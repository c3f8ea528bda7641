import { randomBytes } from 'node:crypto';
import { chmod, mkdir, open, readFile, realpath, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { BacklotError } from '../../api/errors';
import { npmrcLine } from './npmrc';

/** The keys of credentials. */
const CREDENTIALS = ['_authToken', '_auth', 'username', '_password'];

/**
 * Backlot's own file of credentials. Comments and lines that are not meant stay as they are. Only its owner can read it;
 * it is replaced as a whole, so that a kill at any time leaves the old file or the new one.
 *
 * Throws BACKLOT_E_CREDENTIALS_NOT_WRITABLE.
 */
export class CredentialsStore {
  constructor(readonly file: string) {}

  /** Keeps a token for a registry, instead of any credentials that there are, and what registry a scope has. */
  async keep(registry: string, token: string, scope?: string): Promise<void> {
    const added = [npmrcLine(`${keyOf(registry)}:_authToken`, token)];
    if (scope !== undefined) added.unshift(npmrcLine(`${scope}:registry`, registry));
    await this.#change((lines) => replaceLines(lines, credentialKeys(registry, scope), added));
  }

  /** Removes the credentials for a registry, and the registry of a scope. Says whether there were any. */
  async remove(registry: string, scope?: string): Promise<boolean> {
    let hadAny = false;
    await this.#change((lines) => {
      const left = replaceLines(lines, credentialKeys(registry, scope), []);
      hadAny = left.length < lines.length;
      return left;
    });
    return hadAny;
  }

  async #change(change: (lines: readonly string[]) => string[]): Promise<void> {
    try {
      const target = await realpath(this.file).catch(() => this.file);
      const before = await readFile(target, 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined;
        throw error;
      });
      const lines = (before ?? '').split('\n');
      if (lines.at(-1) === '') lines.pop();
      const after = change(lines);
      if (before === undefined && after.length === 0) return;
      await writeSecret(target, after.map((line) => `${line}\n`).join(''));
    } catch (error) {
      const message = `${this.file} cannot be written: ${(error as Error).message}`;
      throw new BacklotError('BACKLOT_E_CREDENTIALS_NOT_WRITABLE', message, { where: { file: this.file } });
    }
  }
}

/** Writes a file that only its owner can read: beside it first, then renamed into place. */
async function writeSecret(file: string, text: string): Promise<void> {
  const made = await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  // The umask may have taken more, but never less, than is wanted; a folder that was there is its owner's business.
  if (made !== undefined) await chmod(path.dirname(file), 0o700);
  const beside = `${file}.${randomBytes(4).toString('hex')}`;
  const handle = await open(beside, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    // Without it a crash of the machine right after the rename could leave an empty file.
    await handle.sync();
    await handle.close();
    await rename(beside, file);
  } catch (error) {
    await handle.close().catch(() => undefined);
    await rm(beside, { force: true });
    throw error;
  }
}

/** The lines without those of the keys, and with others instead, where the first of them was, else at the end. */
function replaceLines(lines: readonly string[], keys: ReadonlySet<string>, added: readonly string[]): string[] {
  const isMeant = (line: string): boolean => {
    const key = /^\s*(?:"([^"]+)"|([^=;#\s][^=]*?))\s*=/.exec(line);
    return keys.has(key?.[1] ?? key?.[2] ?? '');
  };
  const first = lines.findIndex(isMeant);
  const kept = lines.filter((line) => !isMeant(line));
  // In the part before the first section: what stands below `[section]` is not read.
  const section = kept.findIndex((line) => /^\s*\[/.test(line));
  const place = first >= 0 ? first : section >= 0 ? section : kept.length;
  return kept.toSpliced(place, 0, ...added);
}

function credentialKeys(registry: string, scope: string | undefined): Set<string> {
  const key = keyOf(registry);
  // npm takes the key with and without the slash at the end.
  const keys = CREDENTIALS.flatMap((name) => [`${key}:${name}`, `${key.replace(/\/$/, '')}:${name}`]);
  return new Set(scope === undefined ? keys : [...keys, `${scope}:registry`]);
}

/** `//host/path/` */
function keyOf(registry: string): string {
  const { host, pathname } = new URL(registry);
  return `//${host}${pathname.replace(/\/?$/, '/')}`;
}
