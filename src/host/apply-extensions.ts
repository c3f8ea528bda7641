/** Puts extensions into a list and its lock, and into the instance that runs. */
import { copyFile, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { BacklotError } from '../api/errors';
import { checkVersion } from '../extensions/check-version';
import { installExtensions, type InstallOutcome } from '../extensions/install';
import { rootOf } from '../extensions/install/locked-tree';
import {
  addEntry,
  createList,
  parseEntry,
  readExtensionList,
  updateEntry,
  type ExtensionEntry,
  type NewEntry,
} from '../extensions/list';
import { subjectOf } from '../extensions/list/auto-install';
import { ExtensionsLock, lockFileOf, type LockedExtension } from '../extensions/lock';
import { readManifest } from '../extensions/manifest';
import { VERSION } from '../extensions/own-package';
import { selectExtensions } from '../extensions/select-extensions';
import { displaySpec, parseSpec } from '../extensions/spec';
import { hostInstallOptions } from './host-library';
import { withoutUndefined } from '../extensions/without-undefined';
import { LiveExtensions, type LiveLine } from './live-extensions';
import { inTurn } from './list-turn';
import { lockList, type Locking } from './lock-list';
import { entriesMeantBy, nameEntries } from './name-entries';

export interface ApplyOptions {
  /** The gateway of an instance that runs, which is changed, too. */
  readonly url?: string;
  /** Only says what would be done. */
  readonly dryRun?: boolean;
  /** Is told how far it has come. */
  readonly onProgress?: (message: string) => void;
  /** Is told what the running instance says. */
  readonly onLine?: (line: LiveLine) => void;
}

/** One extension package, and what became of it. */
export interface Applied {
  /** With credentials hidden. */
  readonly spec: string;
  readonly package: string;
  readonly version: string;
  /** The version that was locked before; undefined for a new one. */
  readonly before?: string;
  readonly extensions: readonly string[];
  readonly change: 'added' | 'updated' | 'unchanged';
  /** Whether the running instance has it now; undefined when none was told. `restart`: it has to be started anew for it. */
  readonly live?: 'started' | 'restart';
}

/**
 * Installs packages on this machine to look at them, then adds them to the list, which is made where there is none, and to
 * the lock. One that is listed with another range gets the new one. Nothing is changed when one of them fails.
 *
 * Throws the BacklotError of the first that failed, what editing the list and its lock throws, and what
 * {@link LiveExtensions.add} throws: the list has been changed then, and the next start follows it.
 */
export async function installSpecs(
  file: string,
  wanted: readonly NewEntry[],
  options: ApplyOptions = {},
): Promise<Applied[]> {
  const directory = path.dirname(file);
  const hasList = await isFile(file);
  const listed = hasList ? await readExtensionList(file, { mustExist: true }) : [];
  const entries = wanted.map((entry) => {
    const placed = { ...entry, spec: fromList(entry.spec, directory) };
    const origin = { source: 'the command line', baseDirectory: directory };
    const was = listedAs(parseEntry(placed, origin), listed);
    // What an entry says already stays, unless it is said otherwise now; and what is installed is meant to be used.
    return was ? parseEntry({ ...withoutDefaults(was), ...placed, enabled: true }, origin) : parseEntry(placed, origin);
  });
  const resolved = await resolve(file, entries, new Set(entries.map(({ spec }) => spec)), listed, options);
  if (!options.dryRun) {
    await inTurn(file, async () => {
      if (!(await isFile(file))) await createList(file);
      for (const { entry, was } of resolved) await putIntoList(file, entry, was);
      await lockList(file, resolved.map(toLocking));
    });
  }
  return applyAll(resolved, options);
}

/**
 * Resolves entries of a list anew, within what their specs allow, and locks what came of it: those with the names given, or
 * all. Throws BACKLOT_E_ENTRY_NOT_FOUND, and as {@link installSpecs} does.
 */
export async function updateExtensions(
  file: string,
  names: readonly string[],
  options: ApplyOptions = {},
): Promise<Applied[]> {
  const listed = await readExtensionList(file, { mustExist: true });
  const meant = (await meantBy(file, names, listed)).filter(({ enabled }) => enabled);
  const resolved = await resolve(file, meant, new Set(meant.map(({ spec }) => spec)), listed, options);
  if (!options.dryRun) await inTurn(file, () => lockList(file, resolved.map(toLocking)));
  return applyAll(resolved, options);
}

/** What came of the whole list. */
export interface Synchronised {
  readonly applied: readonly Applied[];
  readonly failed: readonly BacklotError[];
}

/**
 * Sees that everything in the list can be installed, and that the lock holds exactly that. With `frozen` the lock is held to:
 * whatever it lacks, or has too much, has failed.
 */
export async function synchronise(
  file: string,
  { frozen, dryRun = false, onProgress }: ApplyOptions & { readonly frozen: boolean },
): Promise<Synchronised> {
  const listed = await readExtensionList(file, { mustExist: true });
  const install = hostInstallOptions(file);
  const lock = { file: lockFileOf(file), frozen: frozen || dryRun };
  const before = ExtensionsLock.read({ ...lock, frozen });
  const outcomes = await installExtensions(listed, {
    ...install,
    lock,
    onProgress: ({ phase, message }) => phase === 'installing' && onProgress?.(message),
  });
  const failed = outcomes.flatMap((outcome) => ('error' in outcome ? [outcome.error] : []));
  if (frozen) failed.push(...unlisted(before, listed));
  // While something fails, what was locked before may be what a user goes back to.
  if (!lock.frozen && failed.length === 0) await inTurn(file, () => lockList(file, []));
  const done = await Promise.all(
    outcomes.map(async (outcome): Promise<Applied[]> => {
      if ('error' in outcome) return [];
      const { entry, installed } = outcome;
      const was = before.get(entry.spec);
      const base = { spec: displaySpec(entry.spec), package: installed.name, version: installed.version };
      const change = was && rootOf(was).version === installed.version ? 'unchanged' : was ? 'updated' : 'added';
      const names = await namesIn(outcome);
      return [{ ...base, ...(was ? { before: rootOf(was).version } : {}), extensions: names, change }];
    }),
  );
  return { applied: done.flat(), failed };
}

/** An error for each spec that a lock holds and a list does not have. */
export function unlisted(lock: ExtensionsLock, listed: readonly ExtensionEntry[]): BacklotError[] {
  const specs = new Set(listed.map(({ spec }) => displaySpec(spec)));
  return lock.specs
    .filter((spec) => !specs.has(spec))
    .map((spec) => {
      const message = `the lock has ${spec}, which is not in the list`;
      return new BacklotError('BACKLOT_E_LOCK_DRIFT', message, { where: { file: lock.settings.file } });
    });
}

/** The entries that names mean, of extensions, packages or specs; all entries for no names. */
export async function meantBy(
  file: string,
  names: readonly string[],
  listed: readonly ExtensionEntry[],
): Promise<ExtensionEntry[]> {
  if (names.length === 0) return [...listed];
  return entriesMeantBy(file, names, await nameEntries(file, listed)).map(({ entry }) => entry);
}

interface Resolved {
  readonly entry: ExtensionEntry;
  readonly package: string;
  readonly version: string;
  readonly extensions: readonly string[];
  readonly locked: LockedExtension;
  /** Its entry in the list, and what was locked for that. */
  readonly was: ExtensionEntry | undefined;
  readonly before: LockedExtension | undefined;
}

/** Installs entries on this machine with a copy of the lock, so that nothing is changed when one fails. */
async function resolve(
  file: string,
  entries: readonly ExtensionEntry[],
  refresh: ReadonlySet<string>,
  listed: readonly ExtensionEntry[],
  { onProgress }: ApplyOptions,
): Promise<Resolved[]> {
  const scratch = await mkdtemp(path.join(tmpdir(), 'backlot-lock-'));
  try {
    const lockFile = lockFileOf(file);
    const copy = path.join(scratch, 'extensions.lock.json');
    if (await isFile(lockFile)) await copyFile(lockFile, copy);
    const before = ExtensionsLock.read({ file: lockFile, frozen: false });
    const outcomes = await installExtensions(entries, {
      ...hostInstallOptions(file),
      lock: { file: copy, frozen: false },
      refresh,
      onProgress: ({ phase, message }) => phase === 'installing' && onProgress?.(message),
    });
    const names = await Promise.all(outcomes.map(namesIn));
    const after = ExtensionsLock.read({ file: copy, frozen: false });
    return outcomes.map((outcome, index) => {
      if ('error' in outcome) throw outcome.error;
      const { entry, installed } = outcome;
      const locked = after.get(entry.spec);
      const was = listedAs(entry, listed);
      if (!locked) throw new BacklotError('BACKLOT_E_INTERNAL', `${displaySpec(entry.spec)} was not locked`);
      return {
        entry,
        package: installed.name,
        version: installed.version,
        extensions: names[index] ?? [],
        locked,
        was,
        before: before.get(was?.spec ?? entry.spec),
      };
    });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** The extensions of an installed package, which has to be one of Backlot, and of this version. */
async function namesIn(outcome: InstallOutcome): Promise<string[]> {
  if ('error' in outcome) throw outcome.error;
  const manifest = await readManifest(outcome.installed.directory);
  checkVersion(manifest, VERSION);
  return selectExtensions(outcome.entry, manifest).map(({ name }) => name);
}

async function putIntoList(file: string, entry: ExtensionEntry, was: ExtensionEntry | undefined): Promise<void> {
  if (!was) return addEntry(file, withoutDefaults(entry));
  const changes = changesOf(was, entry);
  if (Object.keys(changes).length > 0)
    await updateEntry(file, ({ spec, name }) => spec === was.spec && name === was.name, changes);
}

/** The entry of a list that means the same package, and the same of its extensions. */
function listedAs(entry: ExtensionEntry, listed: readonly ExtensionEntry[]): ExtensionEntry | undefined {
  return listed.find((each) => subjectOf(each) === subjectOf(entry) && each.name === entry.name);
}

/** The keys of an entry that are others than they were. */
function changesOf(was: ExtensionEntry, entry: ExtensionEntry): Partial<NewEntry> {
  const { spec, enabled, required, allowScripts, config, seed } = entry;
  const now = { spec, enabled, required, ...withoutUndefined({ allowScripts, config, seed }) };
  const changed = Object.entries(now).filter(
    ([key, value]) => JSON.stringify(was[key as keyof ExtensionEntry]) !== JSON.stringify(value),
  );
  return Object.fromEntries(changed);
}

function toLocking({ entry, locked }: Resolved): Locking {
  return { spec: entry.spec, locked };
}

async function applyAll(resolved: readonly Resolved[], { url, dryRun, onLine }: ApplyOptions): Promise<Applied[]> {
  const live = url === undefined || dryRun ? undefined : new LiveExtensions(url);
  const isElsewhere = live ? await live.isContainer() : false;
  const running = live ? await live.list() : [];
  const applied: Applied[] = [];
  for (const { entry, package: name, version, extensions, locked, was, before } of resolved) {
    const isLockedSo = before !== undefined && JSON.stringify(before) === JSON.stringify(locked);
    const isSame = was !== undefined && isLockedSo && Object.keys(changesOf(was, entry)).length === 0;
    const change = !was ? 'added' : isSame ? 'unchanged' : 'updated';
    const base = { spec: displaySpec(entry.spec), package: name, version, extensions, change } as const;
    const result = before ? { ...base, before: rootOf(before).version } : base;
    const { kind } = parseSpec(entry.spec, entry.origin.baseDirectory);
    const isLocal = kind === 'folder' || kind === 'tarball';
    // An earlier command may have changed the list, and not have reached the platform.
    const isThere = running.some(
      (each) => each.package === name && each.version === version && each.state === 'running',
    );
    if (!live || (isSame && isThere)) applied.push(result);
    // A container sees only what was mounted into it when it was made.
    else if ((isLocal || entry.seed !== undefined) && isElsewhere) applied.push({ ...result, live: 'restart' });
    else {
      const { origin, spec: written, name: only, required, allowScripts, config } = entry;
      const seed = entry.seed === undefined ? undefined : path.resolve(origin.baseDirectory, entry.seed);
      const request = withoutUndefined({ name: only, required, allowScripts, config, seed });
      const spec = isLocal ? `file:${path.resolve(origin.baseDirectory, written.replace(/^file:/, ''))}` : written;
      const pinned = isLocal ? {} : { locked };
      for await (const line of live.add({ ...request, ...pinned, spec, persist: false })) onLine?.(line);
      applied.push({ ...result, live: 'started' });
    }
  }
  return applied;
}

/** A path as the list has to write it: what is typed is relative to the working folder. */
function fromList(spec: string, directory: string): string {
  const parsed = parseSpec(spec, process.cwd());
  if (parsed.kind !== 'folder' && parsed.kind !== 'tarball') return spec;
  if (path.isAbsolute(spec.replace(/^file:/, ''))) return spec.startsWith('file:') ? spec : `file:${spec}`;
  const relative = path.relative(directory, parsed.path).split(path.sep).join('/');
  return `file:${relative.startsWith('../') ? '' : './'}${relative}`;
}

function withoutDefaults({ origin: _origin, enabled, required, ...entry }: ExtensionEntry): NewEntry {
  return { ...entry, ...(enabled ? {} : { enabled }), ...(required ? { required } : {}) };
}

async function isFile(place: string): Promise<boolean> {
  return stat(place).then(
    (found) => found.isFile(),
    () => false,
  );
}
