import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { didYouMean } from '../nearest';
import { displaySpec } from './display-spec';
import { checkRef, parseGitFragment } from './git-fragment';
import { invalidSpec } from './invalid-spec';
import type { GitSpec } from './package-spec';

/** Hosts that have a short form. */
const HOSTS: Readonly<Record<string, string>> = {
  github: 'https://github.com',
  gitlab: 'https://gitlab.com',
  bitbucket: 'https://bitbucket.org',
};
const SHORT = /^(github|gitlab|bitbucket):(?!\/\/)(.*)$/is;
const ADDRESS = /^(?:git\+)?(https?|ssh|git|file):(.*)$/is;
const PROTOCOLS = ['git+https', 'git+http', 'git+ssh', 'git+file', 'git', 'ssh'];
/** `user@host:path`, as ssh's own tools write it. */
const SCP = /^([\w.-]+)@([\w.-]+):(?!\/\/)([^\s]+)$/;
/** Before a ":" these are protocols of package managers, not hosts. */
const NOT_HOSTS = /^(?:npm|file|github|gitlab|bitbucket|gist|git|https?|ssh|link|portal|workspace|catalog|jsr)$/i;

/** Whether a spec is one for git, right or wrong. Plain http(s) is when the path ends in `.git`. */
export function isGitSpec(text: string): boolean {
  if (/^(?:git\+\w*|git|ssh):/i.test(text) || SHORT.test(text) || isScp(text)) return true;
  return /^https?:[^?#]*\.git\/?(?:@[^#]*)?(?:#|$)/i.test(text);
}

/**
 * Parses a spec for git, with what stands behind its `#`, or behind an `@` in its path as pip writes it. A relative
 * `git+file:` path resolves against `baseDirectory`. Throws BACKLOT_E_SPEC_INVALID.
 */
export function parseGitSpec(text: string, baseDirectory: string): GitSpec {
  const hash = text.indexOf('#');
  const fragment = hash === -1 ? {} : parseGitFragment(text.slice(hash + 1));
  const { address, ref } = splitRef(hash === -1 ? text : text.slice(0, hash));
  const url = urlOf(address, baseDirectory);
  if (ref === undefined) return { kind: 'git', url, ...fragment };
  const other = fragment.ref ?? fragment.semver;
  if (other !== undefined) {
    throw invalidSpec(`${displaySpec(text)} names two refs, "${ref}" after the "@" and "${other}" after the "#"`);
  }
  return { kind: 'git', url, ref: checkRef(ref), ...fragment };
}

/** `address@ref`: the last "@" in the path that does not begin a part of it, as in `/@scope/`. */
function splitRef(address: string): { address: string; ref?: string } {
  const start = startOfPath(address);
  const at = address.lastIndexOf('@');
  if (at < start || at === 0 || address[at - 1] === '/' || address[at - 1] === ':') return { address };
  // A folder of this machine may well have an "@" in its name.
  if (/^git\+file:/i.test(address) && address.includes('/', at)) return { address };
  return { address: address.slice(0, at), ref: address.slice(at + 1) };
}

function startOfPath(address: string): number {
  const scheme = address.indexOf('://');
  if (scheme !== -1) {
    const slash = address.indexOf('/', scheme + 3);
    return slash === -1 ? address.length : slash;
  }
  // In `github:…` an owner comes first, in `git@host:…` the path: what stands before is no ref.
  return SHORT.test(address) ? Math.max(address.indexOf('/'), 0) : address.indexOf(':') + 1;
}

function urlOf(address: string, baseDirectory: string): string {
  const short = SHORT.exec(address);
  if (short) return hostedUrl(short[1] ?? '', short[2] ?? '', address);
  if (isScp(address)) return address;
  const [, scheme = '', rest = ''] = ADDRESS.exec(address) ?? [];
  switch (scheme.toLowerCase()) {
    case 'file':
      return fileUrl(rest, baseDirectory, address);
    case 'ssh':
      return sshUrl(rest, address);
    case 'http':
    case 'https':
    case 'git':
      return remoteUrl(`${scheme.toLowerCase()}:${rest}`, address);
    default: {
      const [protocol = ''] = address.split(':');
      const hint = didYouMean(protocol, PROTOCOLS) || `; there are ${PROTOCOLS.join(', ')}`;
      throw invalidSpec(`"${protocol}:" in "${displaySpec(address)}" is not supported${hint}`);
    }
  }
}

function hostedUrl(host: string, rest: string, address: string): string {
  const name = host.toLowerCase();
  const parts = rest.replace(/\.git$/, '').split('/');
  const shown = displaySpec(address);
  if (parts.length < 2 || parts.some((part) => !/^[\w.-]+$/.test(part))) {
    throw invalidSpec(`"${shown}" is not of the form ${name}:owner/repository`);
  }
  // Only GitLab has groups in groups.
  if (parts.length > 2 && name !== 'gitlab') {
    const [owner, repository, ...folder] = parts;
    const meant = `${name}:${owner}/${repository}#path:${folder.join('/')}`;
    throw invalidSpec(`"${shown}" has more than an owner and a repository (for a folder in it, write "${meant}")`);
  }
  return `${HOSTS[name]}/${parts.join('/')}.git`;
}

function fileUrl(rest: string, baseDirectory: string, address: string): string {
  // `git+file://./x` is not a URL, but what people write for a relative path.
  const written = rest.replace(/^\/\/(?=[/.])/, '');
  if (written === '') throw invalidSpec(`"${address}" has no path`);
  if (written.startsWith('//')) throw invalidSpec(`"${address}" is not the URL of a local folder`);
  let decoded: string;
  try {
    decoded = decodeURIComponent(written);
  } catch (error) {
    throw invalidSpec(`"${address}" has a "%" that encodes nothing`, error);
  }
  return pathToFileURL(path.resolve(baseDirectory, decoded)).href.replace(/\/+$/, '');
}

function sshUrl(rest: string, address: string): string {
  // `ssh://git@host:owner/repo` mixes both ways of writing; npm takes it, ssh does not.
  const mixed = /^\/\/((?:[^\s@/:]+@)?[\w.-]+):(?!\d+(?:\/|$))([^\s/@]+(?:\/\S*)?)$/.exec(rest);
  if (mixed) return `${mixed[1]}:${mixed[2]}`;
  return remoteUrl(`ssh:${rest}`, address);
}

function remoteUrl(written: string, address: string): string {
  let url: URL;
  try {
    url = new URL(written);
  } catch {
    // Without the cause, which holds the address as it was written.
    throw invalidSpec(`"${displaySpec(address)}" is not a URL`);
  }
  if (url.host === '') throw invalidSpec(`"${displaySpec(address)}" names no host`);
  if (/^\/*$/.test(url.pathname)) throw invalidSpec(`"${displaySpec(address)}" names a host, but no repository on it`);
  return written.replace(/\/+$/, '');
}

function isScp(text: string): boolean {
  const [, user, host = '', rest = ''] = SCP.exec(text) ?? [];
  if (user === undefined || NOT_HOSTS.test(host)) return false;
  return user === 'git' || host.includes('.') || /\.git(?:[@#]|$)/.test(rest);
}
