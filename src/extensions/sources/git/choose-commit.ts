import semver from 'semver';
import { BacklotError } from '../../../api/errors';
import { byNearness, didYouMean } from '../../nearest';
import type { GitSpec } from '../../spec';
import type { RemoteRefs } from './remote-refs';

/** Which commit is meant, and by which ref it can be fetched from a server that gives no single commits. */
export type ChosenCommit =
  | { readonly commit: string; readonly ref?: string }
  /** The first digits of a commit that no ref leads to: it has to be looked for in the history. */
  | { readonly abbreviation: string };

const SHOWN = 5;
const FULL_COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i;
const SHORT_COMMIT = /^[0-9a-f]{7,63}$/i;

/** Whether a ref says by itself which commit is meant. */
export function isFullCommit(ref: string): boolean {
  return FULL_COMMIT.test(ref);
}

/**
 * The commit that a spec means: of a branch, else of a tag, else one that begins so; the newest tag in a range; or the
 * default branch. `shown` is the repository, for messages. Throws BACKLOT_E_REF_NOT_FOUND with the nearest that exist.
 */
export function chooseCommit(spec: GitSpec, refs: RemoteRefs, shown: string): ChosenCommit {
  if (spec.semver !== undefined) return newestTag(spec, spec.semver, refs, shown);
  if (spec.ref !== undefined) return commitOfRef(spec.ref, refs, shown);
  if (refs.head) return refs.head.branch === undefined ? refs.head : { ...refs.head, ref: branchRef(refs.head.branch) };
  if (refs.branches.size + refs.tags.size === 0) throw notFound(`the ${shown} is empty`);
  throw notFound(`the ${shown} has no default branch; ${existing(refs, '')}`);
}

/** The error of a ref that is not there. */
export function refNotFound(ref: string, refs: RemoteRefs, shown: string): BacklotError {
  const short = ref.replace(/^refs\/(?:heads|tags)\//, '');
  const what = isCommit(ref) ? 'branch, tag or commit' : ref.startsWith('refs/') ? 'ref' : 'branch or tag';
  const meant = didYouMean(short, [...refs.branches.keys(), ...refs.tags.keys()]);
  return notFound(`the ${shown} has no ${what} "${ref}"${meant}; ${existing(refs, short)}`);
}

function commitOfRef(ref: string, refs: RemoteRefs, shown: string): ChosenCommit {
  if (ref.startsWith('refs/')) {
    const commit =
      refs.others.get(ref) ??
      (ref.startsWith('refs/heads/') ? refs.branches.get(ref.slice('refs/heads/'.length)) : undefined) ??
      (ref.startsWith('refs/tags/') ? refs.tags.get(ref.slice('refs/tags/'.length)) : undefined);
    if (commit !== undefined) return { commit, ref };
    throw refNotFound(ref, refs, shown);
  }
  const ofBranch = refs.branches.get(ref);
  if (ofBranch !== undefined) return { commit: ofBranch, ref: branchRef(ref) };
  const ofTag = refs.tags.get(ref);
  if (ofTag !== undefined) return { commit: ofTag, ref: tagRef(ref) };
  if (isFullCommit(ref)) return { commit: ref.toLowerCase() };
  if (SHORT_COMMIT.test(ref)) return { abbreviation: ref.toLowerCase() };
  throw refNotFound(ref, refs, shown);
}

function newestTag(spec: GitSpec, range: string, refs: RemoteRefs, shown: string): ChosenCommit {
  const versions = versionsIn(refs.tags.keys(), spec);
  // Tags with the name of the package in front are more to the point than those of the whole repository.
  for (const named of [true, false]) {
    const found = versions.find((one) => one.named === named && semver.satisfies(one.version, range));
    if (found) return { commit: refs.tags.get(found.tag) ?? '', ref: tagRef(found.tag) };
  }
  const newest = versions.slice(0, SHOWN).map(({ tag }) => tag);
  const there = newest.length === 0 ? 'it has no tags that are versions' : `the newest are ${newest.join(', ')}`;
  throw notFound(`the ${shown} has no tag in the range "${range}"; ${there}`);
}

interface VersionTag {
  readonly tag: string;
  readonly version: semver.SemVer;
  /** Whether the name of the package stands in front, as in `name@1.2.3`. */
  readonly named: boolean;
}

/** The tags that are versions of what a spec is about; the newest first. */
function versionsIn(tags: Iterable<string>, spec: Pick<GitSpec, 'name' | 'path'>): VersionTag[] {
  const names = [spec.name, spec.path].filter((name) => name !== undefined).map(withoutFolders);
  const found: VersionTag[] = [];
  for (const tag of tags) {
    const at = tag.lastIndexOf('@');
    const prefix = at > 0 ? tag.slice(0, at) : undefined;
    if (prefix !== undefined && prefix !== spec.name && !names.includes(withoutFolders(prefix))) continue;
    const version = semver.parse(tag.slice(at > 0 ? at + 1 : 0).replace(/^v/, ''));
    if (version) found.push({ tag, version, named: prefix !== undefined });
  }
  return found.sort((one, other) => semver.rcompare(one.version, other.version));
}

function withoutFolders(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

/** What there is, in words: the branches and tags that are nearest, and the newest versions. */
function existing(refs: RemoteRefs, wanted: string): string {
  const branches = byNearness(wanted, [...refs.branches.keys()]).slice(0, SHOWN);
  const newest = newestVersions(refs.tags.keys());
  const tags = [...new Set([...byNearness(wanted, [...refs.tags.keys()]).slice(0, 3), ...newest])].slice(0, SHOWN);
  const parts = [
    branches.length === 0 ? 'no branches' : `the branches ${listed(branches, refs.branches.size)}`,
    tags.length === 0 ? 'no tags' : `the tags ${listed(tags, refs.tags.size)}`,
  ];
  return `it has ${parts.join(' and ')}`;
}

function newestVersions(tags: Iterable<string>): string[] {
  return [...tags]
    .map((tag) => ({ tag, version: semver.parse(tag.slice(tag.lastIndexOf('@') + 1).replace(/^v/, '')) }))
    .filter((one): one is { tag: string; version: semver.SemVer } => one.version !== null)
    .sort((one, other) => semver.rcompare(one.version, other.version))
    .slice(0, 3)
    .map(({ tag }) => tag);
}

function listed(names: readonly string[], count: number): string {
  const more = count - names.length;
  return `${names.join(', ')}${more > 0 ? ` (and ${more} more)` : ''}`;
}

function isCommit(ref: string): boolean {
  return SHORT_COMMIT.test(ref) || FULL_COMMIT.test(ref);
}

function branchRef(name: string): string {
  return `refs/heads/${name}`;
}

function tagRef(name: string): string {
  return `refs/tags/${name}`;
}

function notFound(message: string): BacklotError {
  return new BacklotError('BACKLOT_E_REF_NOT_FOUND', message);
}
