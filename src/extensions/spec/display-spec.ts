import type { PackageSpec } from './package-spec';

const HIDDEN = '***';
/** Names of query parameters whose values are secrets. */
const SECRET = /token|secret|key|sig|pass|auth|credential/i;

/** A spec for people: in messages, logs and answers. Credentials in its address are hidden. */
export function displaySpec(spec: PackageSpec | string): string {
  if (typeof spec === 'string') return hideCredentials(spec);
  switch (spec.kind) {
    case 'registry':
      return `${spec.alias === undefined ? '' : `${spec.alias}@npm:`}${spec.name}@${spec.range}`;
    case 'folder':
    case 'tarball':
      return spec.path;
    case 'url':
      return hideCredentials(spec.url);
    case 'git': {
      const { ref, semver, path } = spec;
      const parts = [ref, semver && `semver:${semver}`, path && `path:${path}`].filter((part) => part !== undefined);
      return `${hideCredentials(spec.url)}${parts.length === 0 ? '' : `#${parts.join('&')}`}`;
    }
  }
}

/** A text with the credentials of all addresses in it hidden; also for what other programs wrote. */
export function hideCredentials(text: string): string {
  return (
    text
      .replace(/([a-z][a-z0-9+.-]*:\/\/)([^\s/?#'"]*)@/gi, (_all, scheme: string, user: string) => {
        return `${scheme}${isPartOfAddress(scheme, user) ? user : HIDDEN}@`;
      })
      // A password with a "/" that was not encoded: no address any more, and a secret nevertheless.
      .replace(/(:\/\/)[^\s/@:]*:(?!\d+(?:[/?#\s]|$))\S*@/g, `$1${HIDDEN}@`)
      .replace(/\b(github|gitlab|bitbucket):[^\s/@]+@/gi, `$1:${HIDDEN}@`)
      .replace(/([?&])([^\s=&#?]+)=([^\s&#]+)/g, (all: string, before: string, name: string) =>
        SECRET.test(name) ? `${before}${name}=${HIDDEN}` : all,
      )
  );
}

/** An address without credentials: what may be written into a lock that is shared. */
export function withoutCredentials(address: string): string {
  if (!/^https?:/i.test(address)) return address.replace(/^([a-z+]+:\/\/[^\s/:@]+):[^\s/]*@/i, '$1@');
  const url = new URL(address);
  url.username = '';
  url.password = '';
  for (const name of [...url.searchParams.keys()]) if (SECRET.test(name)) url.searchParams.delete(name);
  return url.href;
}

/** Over http the name alone can be a token; over ssh it is part of the address, as in `git@host`. */
function isPartOfAddress(scheme: string, user: string): boolean {
  return /ssh:\/\/$/i.test(scheme) && !user.includes(':');
}
