import { HeaderList } from './header-list';

/** Headers that are about one connection, and go no further (RFC 9110, 7.6.1, and what older clients send). */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
]);

/** True for a header, in lower case, that is about one connection. */
export function isHopByHop(name: string): boolean {
  return HOP_BY_HOP.has(name);
}

/** What no message may take out by naming it in `Connection`, for all who handle the message need it. */
const NEVER_HOP_BY_HOP = new Set(['host', 'content-length', 'content-type', 'via']);

/** The headers of a message that are for its receiver, without those that `Connection` names. */
export function endToEnd(raw: readonly string[]): HeaderList {
  const given = new HeaderList(raw);
  const named = listOf(given.get('connection')).filter((name) => !NEVER_HOP_BY_HOP.has(name));
  const dropped = new Set([...HOP_BY_HOP, ...named]);
  // The names of HTTP/2’s own headers begin with a colon.
  const kept = [...given].filter(([name]) => !name.startsWith(':') && !dropped.has(name.toLowerCase()));
  return new HeaderList(kept.flat());
}

/** The members of a header that is a list, in lower case. */
export function listOf(value: string | undefined): string[] {
  if (value === undefined) return [];
  return value
    .split(',')
    .map((each) => each.trim().toLowerCase())
    .filter((each) => each !== '');
}
