import path from 'node:path';
import { BacklotError } from '../api/errors';
import { didYouMean } from './nearest';

/** A package in a git repository. */
export interface GitSpec {
  readonly kind: 'git';
  /** The address as git takes it: `https://…`, `ssh://…`, `file:///…`, `git://…`. */
  readonly url: string;
  /** A branch, a tag, or a commit (at least seven of its digits); the default branch when neither this nor a range is given. */
  readonly ref?: string;
  /** A range of versions that the tags of the repository are searched for. */
  readonly range?: string;
  /** The folder of the package in the repository, without slashes at its ends; the root when left out. */
  readonly path?: string;
  /** The name that the package has to have. */
  readonly name?: string;
}

/** Hosts that are written short, and the repositories they stand for. */
const HOSTS: Readonly<Record<string, string>> = {
  'github:': 'https://github.com/',
  'gitlab:': 'https://gitlab.com/',
  'bitbucket:': 'https://bitbucket.org/',
};

/** The words that a fragment may hold, in the spelling of npm (`semver:`, `path:`) and of pip (`egg=`, `subdirectory=`). */
const WORDS = ['semver', 'path', 'egg', 'subdirectory'] as const;

/** Whether a spec is the address of a git repository. */
export function isGitSpec(text: string): boolean {
  return (
    /^(?:git\+(?:https?|ssh|file):|git:|ssh:|github:|gitlab:|bitbucket:)/i.test(text) ||
    /^[\w.-]+@(?!npm:)[\w.-]+:/.test(text) ||
    /^https?:\/\/[^#]+\.git(?:[#@]|$)/i.test(text)
  );
}

/**
 * Parses the address of a git repository: `git+https:`, `git+http:`, `git+ssh:`, `git+file:`, `git:`, `ssh:`,
 * `git@host:owner/repo`, `https://….git`, `github:owner/repo` (also gitlab, bitbucket), each with a fragment:
 * `#branch|tag|commit`, `#semver:range`, `#path:folder`, parts joined by `&` or `::`; and as pip writes it,
 * `#egg=NAME&subdirectory=folder`, with `@ref` before the fragment. A relative `git+file:` path resolves against
 * `baseDirectory`. Throws BACKLOT_E_SPEC_INVALID.
 */
export function parseGitSpec(text: string, baseDirectory: string): GitSpec {
  const hash = text.indexOf('#');
  const address = hash === -1 ? text : text.slice(0, hash);
  const fragment = hash === -1 ? undefined : readFragment(text.slice(hash + 1), text);
  const { url, ref: pipRef } = readAddress(address, baseDirectory, text);
  const refs = [pipRef, fragment?.ref].filter((ref) => ref !== undefined);
  if (refs.length + (fragment?.range === undefined ? 0 : 1) > 1) {
    throw invalid(text, 'says twice which version is meant: name one branch, tag, commit or semver range');
  }
  const [ref] = refs;
  const { range, path: folder, name } = fragment ?? {};
  return {
    kind: 'git',
    url,
    ...(ref === undefined ? {} : { ref }),
    ...(range === undefined ? {} : { range }),
    ...(folder === undefined ? {} : { path: folder }),
    ...(name === undefined ? {} : { name }),
  };
}

/** The address without a user’s secret in it, for people. */
export function displayUrl(url: string): string {
  return url.replace(/^([a-z+]+:\/\/)[^/@]*:[^/@]*@/i, '$1…@').replace(/^(https?:\/\/)[^/@:]+@/i, '$1…@');
}

function readAddress(address: string, baseDirectory: string, text: string): { url: string; ref?: string } {
  const short = /^(github:|gitlab:|bitbucket:)(.*)$/i.exec(address);
  if (short) {
    const [, host = '', rest = ''] = short;
    const parts = /^([^/@]+)\/([^/@]+?)(?:\.git)?(?:@(.+))?$/.exec(rest.replace(/\/$/, ''));
    if (!parts) throw invalid(text, `has to look like ${host.toLowerCase()}owner/repository`);
    const url = `${HOSTS[host.toLowerCase()]}${parts[1]}/${parts[2]}.git`;
    return { url, ...(parts[3] === undefined ? {} : { ref: parts[3] }) };
  }
  const scp = /^([\w.-]+@[\w.-]+):(?!\/\/)(.+)$/.exec(address);
  const plain = scp ? `ssh://${scp[1]}/${scp[2]}` : address.replace(/^git\+/i, '');
  const file = /^file:(.*)$/i.exec(plain);
  if (file) return fileAddress(file[1] ?? '', baseDirectory, text);
  const { url, ref } = splitRef(plain);
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    throw invalid(text, 'is not an address');
  }
  if (parsed.hostname === '') throw invalid(text, 'names no host');
  if (parsed.pathname.replace(/\/+/g, '') === '') throw invalid(text, 'names no repository');
  return { url: url.replace(/\/$/, ''), ...(ref === undefined ? {} : { ref }) };
}

function fileAddress(written: string, baseDirectory: string, text: string): { url: string; ref?: string } {
  const { url, ref } = splitRef(written.replace(/^\/\/(?=\/)/, ''));
  if (url === '') throw invalid(text, 'has no path');
  const absolute = path.resolve(baseDirectory, decodeURIComponent(url));
  return { url: `file://${absolute}`, ...(ref === undefined ? {} : { ref }) };
}

/** pip writes the version as `@ref` at the end of the path; an `@` before the path belongs to a user’s name. */
function splitRef(address: string): { url: string; ref?: string } {
  const path = address.indexOf('/', address.indexOf('://') === -1 ? 0 : address.indexOf('://') + 3);
  const at = address.lastIndexOf('@');
  if (path === -1 || at < path) return { url: address };
  return { url: address.slice(0, at), ref: address.slice(at + 1) };
}

interface Fragment {
  readonly ref?: string;
  readonly range?: string;
  readonly path?: string;
  readonly name?: string;
}

function readFragment(fragment: string, text: string): Fragment {
  const found: { -readonly [K in keyof Fragment]: Fragment[K] } = {};
  const put = (key: keyof Fragment, value: string, part: string): void => {
    if (value === '') throw invalid(text, `has an empty part "${part}" after the "#"`);
    if (found[key] !== undefined) throw invalid(text, `says twice which ${WHAT[key]} is meant`);
    found[key] = value;
  };
  if (fragment === '') throw invalid(text, 'ends where a branch, tag or commit should follow the "#"');
  for (const part of fragment.split(/&|::/)) {
    const word = /^([a-z_-]+)([:=])(.*)$/i.exec(part);
    const [, key = '', , value = ''] = word ?? [];
    if (key === 'semver') put('range', decode(value), part);
    else if (key === 'path' || key === 'subdirectory') put('path', folderOf(decode(value), text), part);
    else if (key === 'egg') put('name', decode(value), part);
    else if (word) {
      const hint = didYouMean(key, WORDS) || `; the words are ${WORDS.join(', ')}`;
      throw invalid(text, `has an unknown part "${key}" after the "#"${hint}`);
    } else put('ref', decode(part), part);
  }
  return found;
}

const WHAT: Readonly<Record<keyof Fragment, string>> = {
  ref: 'branch, tag or commit',
  range: 'range',
  path: 'folder',
  name: 'package',
};

function folderOf(written: string, text: string): string {
  const folder = path.posix.normalize(`/${written}`).slice(1).replace(/\/$/, '');
  if (written.split('/').includes('..'))
    throw invalid(text, `has a folder "${written}" that leads out of the repository`);
  return folder;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function invalid(text: string, how: string): BacklotError {
  return new BacklotError('BACKLOT_E_SPEC_INVALID', `"${displayUrl(text)}" ${how}`);
}
