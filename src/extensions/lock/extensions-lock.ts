import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';
import { BacklotError } from '../../api/errors';
import { JsonDocument, formatJsonPath } from '../json-document';
import { hideCredentials } from '../spec';
import { LockedExtension, LockFile } from './locked-extension';
import { pendingOf, replaceFile } from '../replace-file';

/** Which lock is used, and whether it may change. */
export interface LockSettings {
  /** The path of extensions.lock.json. It need not exist, unless it is frozen. */
  readonly file: string;
  /** Refuses whatever the lock does not hold already. */
  readonly frozen: boolean;
}

/** extensions.lock.json in memory: exactly what each extension is, and everything below it. */
export class ExtensionsLock {
  readonly #extensions: Map<string, LockedExtension>;
  #changed = false;

  private constructor(
    readonly settings: LockSettings,
    extensions: Readonly<Record<string, LockedExtension>>,
  ) {
    this.#extensions = new Map(Object.entries(extensions));
  }

  /**
   * Reads the lock; an empty one when there is no file. Throws BACKLOT_E_LOCK_INVALID, with line and column, for a file
   * that cannot be understood, and BACKLOT_E_LOCK_MISSING when it is frozen and not there.
   */
  static read(settings: LockSettings): ExtensionsLock {
    const { file, frozen } = settings;
    const text = textOf(pendingOf(file)) ?? textOf(file);
    if (text !== undefined) return new ExtensionsLock(settings, parseLock(text, file));
    if (!frozen) return new ExtensionsLock(settings, {});
    throw new BacklotError('BACKLOT_E_LOCK_MISSING', `there is no ${file} to hold to`, { where: { file } });
  }

  get frozen(): boolean {
    return this.settings.frozen;
  }

  /** The specs that it holds, with credentials hidden. */
  get specs(): string[] {
    return [...this.#extensions.keys()];
  }

  get(spec: string): LockedExtension | undefined {
    return this.#extensions.get(hideCredentials(spec));
  }

  set(spec: string, locked: LockedExtension): void {
    const key = hideCredentials(spec);
    if (JSON.stringify(this.#extensions.get(key)) === JSON.stringify(locked)) return;
    this.#extensions.set(key, locked);
    this.#changed = true;
  }

  /** Drops what is held for other specs than these. */
  retain(specs: ReadonlySet<string>): void {
    const kept = new Set([...specs].map(hideCredentials));
    for (const spec of this.specs) {
      if (!kept.has(spec)) this.#changed = this.#extensions.delete(spec) || this.#changed;
    }
  }

  /** Writes the file when something changed. Throws BACKLOT_E_LOCK_NOT_WRITABLE. */
  async write(): Promise<void> {
    if (!this.#changed) return;
    const { file } = this.settings;
    try {
      await replaceFile(file, formatLock(this.#extensions));
      this.#changed = false;
    } catch (cause) {
      throw new BacklotError('BACKLOT_E_LOCK_NOT_WRITABLE', `${file} cannot be written`, { where: { file }, cause });
    }
  }
}

/** The entries of a lock’s text. Throws BACKLOT_E_LOCK_INVALID. */
function parseLock(text: string, file: string): Readonly<Record<string, LockedExtension>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const [mistake] = new JsonDocument(text, { lenient: false }).mistakes;
    throw invalid(mistake?.message ?? 'it is not valid JSON', file, mistake?.place);
  }
  const { lockfileVersion } = (value ?? {}) as { lockfileVersion?: unknown };
  if (typeof lockfileVersion === 'number' && lockfileVersion > 1) {
    throw invalid(`it has the version ${lockfileVersion}: a newer Backlot wrote it`, file);
  }
  const parsed = v.safeParse(LockFile, value);
  if (parsed.success) return parsed.output.extensions;
  const [issue] = parsed.issues;
  const at = (issue.path ?? []).map(({ key }) => key as string | number);
  throw invalid(
    `${formatJsonPath(at) || 'the file'}: ${issue.message}`,
    file,
    new JsonDocument(text, { lenient: false }).placeOf(at),
  );
}

/** What a program says that a spec is locked to. Throws BACKLOT_E_LOCK_INVALID. */
export function parseLockedExtension(value: unknown): LockedExtension {
  const parsed = v.safeParse(LockedExtension, value);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  const at = (issue.path ?? []).map(({ key }) => key as string | number);
  throw new BacklotError('BACKLOT_E_LOCK_INVALID', `"locked": ${formatJsonPath(at)}: ${issue.message}`);
}

/** The same text for the same content: extensions and packages in alphabetical order. */
function formatLock(extensions: ReadonlyMap<string, LockedExtension>): string {
  const sorted = [...extensions].sort(byKey).map(([spec, { source, root, packages }]) => {
    return [spec, { source, root, packages: Object.fromEntries(Object.entries(packages).sort(byKey)) }] as const;
  });
  return `${JSON.stringify({ lockfileVersion: 1, extensions: Object.fromEntries(sorted) }, undefined, 2)}\n`;
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : Number(a > b);
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // Docker makes an empty folder out of a bind mount whose source is missing: the same as no lock.
    if (code === 'ENOENT' || code === 'EISDIR' || code === 'ENOTDIR') return undefined;
    throw new BacklotError('BACKLOT_E_LOCK_INVALID', `${path.basename(file)} cannot be read: ${message}`, {
      where: { file },
      remedy: 'Let the user that Backlot runs as read the file.',
      cause: error,
    });
  }
}

function invalid(
  message: string,
  file: string,
  place?: { readonly line: number; readonly column: number },
): BacklotError {
  return new BacklotError('BACKLOT_E_LOCK_INVALID', `${path.basename(file)}: ${message}`, {
    where: { file, ...place },
  });
}
