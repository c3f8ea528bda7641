import { tmpdir } from 'node:os';
import type { GitSpec } from '../../spec';
import { DEFAULT_LIMITS } from '../limits';
import { chooseCommit } from './choose-commit';
import { GitRemote } from './git-remote';
import { remoteRefs } from './remote-refs';

/** The commits of a repository that are newer, or not, than the one that is locked; in full. */
export interface NewestCommits {
  /** What the spec means today. */
  readonly wanted: string;
  /** That of the newest version among the tags, for a spec with a range; else the same. */
  readonly latest: string;
}

/**
 * Asks a repository what a spec means today, without fetching it. Undefined for a spec that names a commit, which is never
 * another. Throws BACKLOT_E_GIT_MISSING, what `gitError` makes of a failure, and BACKLOT_E_REF_NOT_FOUND.
 */
export async function newestCommits(spec: GitSpec): Promise<NewestCommits | undefined> {
  const directory = tmpdir();
  const remote = await GitRemote.connect(spec.url, directory, { limits: DEFAULT_LIMITS });
  const refs = await remoteRefs(remote, directory, spec.ref?.startsWith('refs/') ? spec.ref : undefined);
  const commitOf = (one: GitSpec): string | undefined => {
    const chosen = chooseCommit(one, refs, remote.shown);
    return 'commit' in chosen ? chosen.commit : undefined;
  };
  const wanted = commitOf(spec);
  if (wanted === undefined) return undefined;
  return { wanted, latest: (spec.semver === undefined ? undefined : commitOf({ ...spec, semver: '*' })) ?? wanted };
}
