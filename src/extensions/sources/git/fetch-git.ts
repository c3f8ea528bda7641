import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { BacklotError } from '../../../api/errors';
import { integrityOfFolder } from '../../content-hash';
import { displaySpec, withoutCredentials, type GitSpec } from '../../spec';
import { offline, writeError } from '../failures';
import type { FetchContext, FetchedPackage } from '../fetch-package';
import { checkName, readIdentity } from '../package-identity';
import { checkIntegrity, lockedAs, type Resolution } from '../resolution';
import type { Kept } from '../store';
import { checkOut } from './check-out';
import { chooseCommit, isFullCommit, refNotFound, type ChosenCommit } from './choose-commit';
import { GitRemote } from './git-remote';
import { packageFolder } from './package-folder';
import { remoteRefs, type RemoteRefs } from './remote-refs';

type GitResolution = Extract<Resolution, { kind: 'git' }>;

/** Fetches a package out of a git repository, unless the store has it. Throws as `fetchPackage` does. */
export async function fetchGit(spec: GitSpec, context: FetchContext): Promise<FetchedPackage> {
  const shown = displaySpec(spec);
  const url = withoutCredentials(spec.url);
  const place = { url, ...(spec.path === undefined ? {} : { path: spec.path }) };
  const locked = lockedAs('git', context.locked, place, shown);
  const known = locked?.commit ?? commitIn(spec.ref);
  const kept = await findKept(spec, known, context);
  if (kept) return deliver(kept, spec, locked, shown);
  if (context.offline === true) throw offline(shown);
  return withTemporaryFolder(context.temporary, (temporary) =>
    new GitFetch(spec, locked, context, temporary).run(known),
  );
}

function commitIn(ref: string | undefined): string | undefined {
  return ref !== undefined && isFullCommit(ref) ? ref.toLowerCase() : undefined;
}

/** A commit is what it is; a branch or tag is taken for what it was last only when nobody can be asked. */
async function findKept(spec: GitSpec, commit: string | undefined, context: FetchContext): Promise<Kept | undefined> {
  if (commit !== undefined) return context.store.find(commitKey(spec, commit));
  return context.offline === true ? context.store.find(specKey(spec)) : undefined;
}

function deliver(kept: Kept, spec: GitSpec, locked: GitResolution | undefined, shown: string): FetchedPackage {
  checkIntegrity(kept.resolution.integrity, locked, shown);
  checkName(kept, spec.name, shown);
  const { tarball, bytes, resolution, name, version } = kept;
  return { tarball, bytes, resolution, name, version };
}

class GitFetch {
  readonly #shown: string;

  constructor(
    private readonly spec: GitSpec,
    private readonly locked: GitResolution | undefined,
    private readonly context: FetchContext,
    private readonly temporary: string,
  ) {
    this.#shown = displaySpec(spec);
  }

  async run(known: string | undefined): Promise<FetchedPackage> {
    const { spec, context } = this;
    const remote = await GitRemote.connect(spec.url, this.temporary, context);
    const refs = known === undefined ? await this.#refs(remote) : undefined;
    const chosen: ChosenCommit = refs ? chooseCommit(spec, refs, remote.shown) : { commit: known ?? '' };
    if ('commit' in chosen) {
      const kept = await context.store.find(commitKey(spec, chosen.commit));
      if (kept) return this.#noted(kept);
    }
    const checkout = path.join(this.temporary, 'checkout');
    const commit = await checkOut(remote, chosen, checkout);
    if (commit === undefined) throw await this.#missing(remote, chosen, refs);
    return this.#keep(remote, checkout, commit);
  }

  async #keep(remote: GitRemote, checkout: string, commit: string): Promise<FetchedPackage> {
    const { spec, context } = this;
    const at = spec.ref ?? (spec.semver === undefined ? 'its default branch' : `"${spec.semver}"`);
    const folder = await packageFolder(remote, checkout, spec.path, at);
    const identity = await readIdentity(folder, this.#shown);
    if (!identity) throw new BacklotError('BACKLOT_E_PACKAGE_NOT_FOUND', `${this.#shown} holds no package.json`);
    checkName(identity, spec.name, this.#shown);
    const integrity = await integrityOfFolder(folder);
    checkIntegrity(integrity, this.locked, this.#shown);
    const added = await context.store.add((file) => context.pack(folder, file, context.signal));
    const resolution: GitResolution = {
      kind: 'git',
      url: withoutCredentials(spec.url),
      commit,
      ...(spec.path === undefined ? {} : { path: spec.path }),
      integrity,
    };
    const entry = { ...identity, tarball: added.integrity, resolution };
    await context.store.note(commitKey(spec, commit), entry);
    return this.#noted({ ...identity, tarball: added.tarball, bytes: added.integrity, resolution });
  }

  /** Notes what the spec leads to today, for a day without a network. Nothing depends on it today. */
  async #noted(kept: Kept): Promise<FetchedPackage> {
    const fetched = deliver(kept, this.spec, this.locked, this.#shown);
    if (this.locked === undefined) {
      const { name, version, resolution, bytes } = kept;
      const note = this.context.store.note(specKey(this.spec), { name, version, resolution, tarball: bytes });
      await note.catch(() => undefined);
    }
    return fetched;
  }

  async #refs(remote: GitRemote): Promise<RemoteRefs> {
    const { ref } = this.spec;
    return remoteRefs(remote, this.temporary, ref?.startsWith('refs/') === true ? ref : undefined);
  }

  async #missing(remote: GitRemote, chosen: ChosenCommit, refs: RemoteRefs | undefined): Promise<BacklotError> {
    const wanted = 'commit' in chosen ? chosen.commit : chosen.abbreviation;
    if (this.locked) {
      return new BacklotError(
        'BACKLOT_E_REF_NOT_FOUND',
        `the ${remote.shown} no longer has the locked commit ${wanted}`,
        {
          remedy: 'Its history was rewritten: run `backlot extensions update NAME` to lock what it has now.',
        },
      );
    }
    return refNotFound(wanted, refs ?? (await this.#refs(remote)), remote.shown);
  }
}

function commitKey(spec: GitSpec, commit: string): string[] {
  return ['git', withoutCredentials(spec.url), commit, spec.path ?? ''];
}

function specKey(spec: GitSpec): string[] {
  return [
    'git-spec',
    withoutCredentials(spec.url),
    spec.ref ?? '',
    spec.semver ?? '',
    spec.path ?? '',
    spec.name ?? '',
  ];
}

async function withTemporaryFolder<T>(parent: string, work: (directory: string) => Promise<T>): Promise<T> {
  let directory: string;
  try {
    await mkdir(parent, { recursive: true });
    directory = await mkdtemp(path.join(parent, 'git-'));
  } catch (error) {
    throw writeError(error, parent);
  }
  try {
    return await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
  }
}
