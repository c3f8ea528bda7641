import semver from 'semver';
import { BacklotError } from '../../api/errors';
import { displayUrl, type GitSpec } from '../git-spec';
import { nearest } from '../nearest';

/** The branches and tags of a repository, each with its commit. */
export interface GitRefs {
  readonly head: string | undefined;
  readonly branches: ReadonlyMap<string, string>;
  readonly tags: ReadonlyMap<string, string>;
}

/** What a spec means in a repository. `fetch` is what the server is asked for when it does not give commits by hash. */
export interface ResolvedRef {
  /** The whole hash; undefined for an abbreviated one that is the tip of nothing. */
  readonly commit?: string;
  readonly abbreviation?: string;
  readonly fetch?: string;
}

/** How many names an error lists. */
const LISTED = 5;

/** Reads what `git ls-remote` prints. */
export function parseRefs(output: string): GitRefs {
  const branches = new Map<string, string>();
  const tags = new Map<string, string>();
  let head: string | undefined;
  for (const line of output.split('\n')) {
    const [commit, ref] = line.split('\t');
    if (!commit || !ref) continue;
    if (ref === 'HEAD') head = commit;
    else if (ref.startsWith('refs/heads/')) branches.set(ref.slice('refs/heads/'.length), commit);
    // An annotated tag stands twice; what it points to, marked by ^{}, comes second.
    else if (ref.startsWith('refs/tags/')) tags.set(ref.slice('refs/tags/'.length).replace(/\^\{\}$/, ''), commit);
  }
  return { head, branches, tags };
}

/** Finds the commit that a spec means. Throws BACKLOT_E_REF_NOT_FOUND, with the nearest names that exist. */
export function resolveRef(spec: GitSpec, refs: GitRefs): ResolvedRef {
  const { ref, range, url } = spec;
  if (range !== undefined) return resolveRange(spec, range, refs);
  if (ref === undefined) {
    if (refs.head !== undefined) return { commit: refs.head, fetch: 'HEAD' };
    throw new BacklotError('BACKLOT_E_REF_NOT_FOUND', `the repository ${displayUrl(url)} is empty`);
  }
  const branch = refs.branches.get(ref);
  if (branch !== undefined) return { commit: branch, fetch: `refs/heads/${ref}` };
  const tag = refs.tags.get(ref);
  if (tag !== undefined) return { commit: tag, fetch: `refs/tags/${ref}` };
  if (/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(ref)) return { commit: ref };
  if (/^[0-9a-f]{7,63}$/.test(ref)) {
    const tips = [...refs.branches, ...refs.tags].filter(([, commit]) => commit.startsWith(ref));
    const [name] = tips;
    return name ? { commit: name[1] } : { abbreviation: ref };
  }
  throw refNotFound(spec, refs);
}

/** The error for a ref that is not there: the nearest that is, and some more. */
export function refNotFound({ url, ref = '' }: GitSpec, { branches, tags }: GitRefs): BacklotError {
  const names = [...branches.keys(), ...newestFirst([...tags.keys()])];
  const meant = nearest(ref, names);
  const hint = meant === undefined ? '' : ` (did you mean "${meant}"?)`;
  const has = names.length === 0 ? 'it has none' : `it has ${names.slice(0, LISTED * 2).join(', ')}`;
  const message = `${displayUrl(url)} has no branch, tag or commit "${ref}"${hint}; ${has}`;
  return new BacklotError('BACKLOT_E_REF_NOT_FOUND', message);
}

function resolveRange(spec: GitSpec, range: string, { tags }: GitRefs): ResolvedRef {
  if (semver.validRange(range) === null) {
    throw new BacklotError('BACKLOT_E_SPEC_INVALID', `"${range}" in semver:${range} is not a version range`);
  }
  const versions = [...tags.keys()].flatMap((tag) => {
    const version = versionOf(tag, spec);
    return version === undefined ? [] : [{ tag, version }];
  });
  const best = semver.maxSatisfying(
    versions.map(({ version }) => version),
    range,
  );
  const found = versions.find(({ version }) => version === best);
  if (found) return { commit: tags.get(found.tag), fetch: `refs/tags/${found.tag}` };
  const newest = newestFirst([...tags.keys()]).slice(0, LISTED);
  const has = newest.length === 0 ? 'it has no tags' : `its newest tags are ${newest.join(', ')}`;
  const message = `no tag of ${displayUrl(spec.url)} is a version in ${range}; ${has}`;
  throw new BacklotError('BACKLOT_E_REF_NOT_FOUND', message);
}

/** `v1.2.3` and `1.2.3`, and in a repository of several packages `twilio@1.2.3`, `twilio-v1.2.3` or `twilio/1.2.3`. */
function versionOf(tag: string, { path, name }: GitSpec): string | undefined {
  const prefixes = ['', ...[name, path?.split('/').at(-1)].filter((own) => own !== undefined)];
  for (const prefix of prefixes) {
    if (!tag.startsWith(prefix)) continue;
    const rest = prefix === '' ? tag : tag.slice(prefix.length).replace(/^[@/-]/, '');
    const version = semver.valid(rest.replace(/^v/, ''));
    if (version !== null) return version;
  }
  return undefined;
}

function newestFirst(tags: readonly string[]): string[] {
  const versionIn = (tag: string): string => semver.coerce(tag, { includePrerelease: true })?.version ?? '0.0.0';
  return [...tags].sort((a, b) => semver.rcompare(versionIn(a), versionIn(b)));
}
