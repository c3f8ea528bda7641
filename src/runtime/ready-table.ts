import type { Route } from '../api/gateway';
import type { SupervisedExtension } from '../extensions/supervise/supervised-extension';

const HEADINGS = ['extension', 'version', 'state', 'answers on'] as const;

/** How many places are named for one extension; the others are counted. */
const MAX_PLACES = 3;

/** The table that ends a start: each extension, its version, its state and where it answers. */
export function readyTable(extensions: readonly SupervisedExtension[], routes: readonly Route[], url: string): string {
  const rows = extensions.map((extension) => [
    extension.name,
    extension.facts.version ?? '-',
    extension.state === 'running' ? 'up' : extension.state,
    extension.state === 'running' ? answersOn(extension.name, routes, url) : (extension.error?.code ?? ''),
  ]);
  const widths = HEADINGS.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  return [HEADINGS, ...rows]
    .map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd())
    .join('\n');
}

/** The host of a rule with the port, unless it names one itself. */
function withPort(host: string, port: string): string {
  return /:\d+$/.test(host) ? host : `${host}:${port}`;
}

/** Its hosts, else its paths, as URLs. */
function answersOn(name: string, routes: readonly Route[], url: string): string {
  const own = routes.filter(({ owner }) => owner === name);
  const { protocol, port } = new URL(url);
  const hosts = own.flatMap(({ host }) => (host === undefined ? [] : [`${protocol}//${withPort(host, port || '80')}`]));
  const paths = own.flatMap(({ host, path }) => (host === undefined ? [`${url}${path}`] : []));
  const places = [...new Set([...hosts, ...paths])];
  const more = places.length - MAX_PLACES;
  return places.slice(0, MAX_PLACES).join(' ') + (more > 0 ? ` and ${more} more` : '');
}
