import { mkdir, rm } from 'node:fs/promises';
import { BacklotError } from '../../../api/errors';
import type { ChosenCommit } from './choose-commit';
import type { GitRemote } from './git-remote';
import type { GitOutput } from './run-git';

/**
 * Fetches a commit with as little history as the server allows, and checks it out into a folder that is made. Gives the
 * commit in full; undefined when the repository does not have it. Submodules are not fetched. Throws as
 * {@link GitRemote.ask} does.
 */
export async function checkOut(
  remote: GitRemote,
  chosen: ChosenCommit,
  directory: string,
): Promise<string | undefined> {
  const commit = await fetchCommit(remote, chosen, directory);
  if (commit === undefined) return undefined;
  await remote.local(['checkout', '--quiet', '--force', '--detach', commit], directory);
  return commit;
}

async function fetchCommit(remote: GitRemote, chosen: ChosenCommit, directory: string): Promise<string | undefined> {
  if ('commit' in chosen) {
    await initialise(remote, directory, chosen.commit);
    // Some servers give single commits, some only what a ref leads to, and some nothing without its history.
    for (const wanted of [chosen.commit, chosen.ref]) {
      if (wanted === undefined) continue;
      const output = await remote.try(
        ['fetch', '--depth', '1', '--no-tags', '--progress', '--', 'URL', wanted],
        directory,
      );
      if (output.code !== 0) throwUnlessRefused(remote, output);
      else if (await hasCommit(remote, chosen.commit, directory)) return chosen.commit;
    }
  }
  await initialise(remote, directory, 'commit' in chosen ? chosen.commit : '');
  const refspecs = ['+refs/heads/*:refs/remotes/origin/*', '+refs/tags/*:refs/tags/*'];
  await remote.ask(['fetch', '--no-tags', '--progress', '--', 'URL', ...refspecs], directory);
  if ('commit' in chosen) return (await hasCommit(remote, chosen.commit, directory)) ? chosen.commit : undefined;
  return fullCommit(remote, chosen.abbreviation, directory);
}

/** Starts over: what was fetched with a part of its history would keep the rest away. */
async function initialise(remote: GitRemote, directory: string, commit: string): Promise<void> {
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  const format = commit.length === 64 ? ['--object-format=sha256'] : [];
  await remote.local(['init', '--quiet', '--template=', ...format], directory);
}

/** A host that cannot be reached will not be for a second attempt either. */
function throwUnlessRefused(remote: GitRemote, output: GitOutput): void {
  const error = remote.errorOf(output);
  if (/not our ref|unadvertised object|couldn't find remote ref|shallow|did not send all/i.test(output.stderr)) return;
  if (error.code === 'BACKLOT_E_INSTALL_FAILED') return;
  throw error;
}

async function hasCommit(remote: GitRemote, commit: string, directory: string): Promise<boolean> {
  return (await remote.tryLocal(['cat-file', '-e', `${commit}^{commit}`], directory)) !== undefined;
}

/** The commit that begins so. Throws BACKLOT_E_REF_NOT_FOUND when several do. */
async function fullCommit(remote: GitRemote, abbreviation: string, directory: string): Promise<string | undefined> {
  const found = await remote.tryLocal(['rev-parse', `--disambiguate=${abbreviation}`], directory);
  const commits: string[] = [];
  for (const object of (found ?? '').split('\n').filter((line) => line !== '')) {
    // Trees and files have hashes too.
    if ((await remote.tryLocal(['cat-file', '-t', object], directory))?.trim() === 'commit') commits.push(object);
  }
  if (commits.length < 2) return commits[0];
  throw new BacklotError(
    'BACKLOT_E_REF_NOT_FOUND',
    `several commits of the ${remote.shown} begin with ${abbreviation}: ${commits.slice(0, 5).join(', ')}`,
    { remedy: 'Give more digits of the one that is meant.' },
  );
}
