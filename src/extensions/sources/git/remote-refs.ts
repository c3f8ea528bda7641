import type { GitRemote } from './git-remote';

/** The branches and tags of a remote, with the commit of each; a tag with a message of its own leads to its commit too. */
export interface RemoteRefs {
  readonly head?: { readonly commit: string; /** Its branch, when it is on one. */ readonly branch?: string };
  readonly branches: ReadonlyMap<string, string>;
  readonly tags: ReadonlyMap<string, string>;
  /** Others that were asked for, by their full names. */
  readonly others: ReadonlyMap<string, string>;
}

/** Asks a remote for its refs. `other` is a full name to ask for besides. Throws as {@link GitRemote.ask} does. */
export async function remoteRefs(remote: GitRemote, directory: string, other?: string): Promise<RemoteRefs> {
  const patterns = ['HEAD', 'refs/heads/*', 'refs/tags/*', ...(other === undefined ? [] : [other])];
  return parseRefs(await remote.ask(['ls-remote', '--symref', '--', 'URL', ...patterns], directory));
}

/** Out of what `git ls-remote --symref` wrote. */
export function parseRefs(text: string): RemoteRefs {
  const branches = new Map<string, string>();
  const tags = new Map<string, string>();
  const others = new Map<string, string>();
  let commit: string | undefined;
  let branch: string | undefined;
  for (const line of text.split('\n')) {
    const [value = '', name = ''] = line.split('\t');
    if (value.startsWith('ref: ')) {
      if (name === 'HEAD') branch = value.replace(/^ref: (?:refs\/heads\/)?/, '');
    } else if (name === 'HEAD') commit = value;
    else if (name.startsWith('refs/heads/')) branches.set(name.slice('refs/heads/'.length), value);
    // What a tag with a message leads to follows the tag.
    else if (name.startsWith('refs/tags/')) tags.set(name.slice('refs/tags/'.length).replace(/\^\{\}$/, ''), value);
    else if (name !== '') others.set(name.replace(/\^\{\}$/, ''), value);
  }
  if (commit === undefined) return { branches, tags, others };
  return { head: { commit, ...(branch === undefined ? {} : { branch }) }, branches, tags, others };
}
