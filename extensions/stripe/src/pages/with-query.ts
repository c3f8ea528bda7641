/** An address with parameters added to its query, which may have some. */
export function withQuery(url: string, added: Readonly<Record<string, string | undefined>>): string {
  const [rest, hash] = url.split(/(?=#)/, 2) as [string, string | undefined];
  const query = Object.entries(added).flatMap(([name, value]) =>
    value === undefined ? [] : [`${encodeURIComponent(name)}=${encodeURIComponent(value)}`],
  );
  if (query.length === 0) return url;
  return `${rest}${rest.includes('?') ? '&' : '?'}${query.join('&')}${hash ?? ''}`;
}
