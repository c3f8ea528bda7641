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

/** Its hosts, then its paths, as URLs. */
function answersOn(name: string, routes: readonly Route[], url: string): string {
  const own = routes.filter(({ owner }) => owner === name);
  const { protocol, port } = new URL(url);
  const hosts = withoutTwins(new Set(own.flatMap(({ host }) => host ?? [])));
  const paths = own.flatMap(({ host, path }) => (host === undefined ? [placeOf(path, name)] : []));
  const places = [
    ...hosts.map((host) => `${protocol}//${withPort(host, port || '80')}`),
    ...[...new Set(paths)].map((path) => url + path),
  ];
  const more = places.length - MAX_PLACES;
  return places.slice(0, MAX_PLACES).join(' ') + (more > 0 ? ` and ${more} more` : '');
}

/** Without the public names of hosts that answer under `.localhost` as well. */
function withoutTwins(hosts: ReadonlySet<string>): string[] {
  return [...hosts].filter((host) => {
    const local = host.replace(/\.localhost\.localstack\.cloud$/, '.localhost');
    return local === host || !hosts.has(local);
  });
}

/** The path itself, or the place of a whole web app that it is a part of. */
function placeOf(path: string, name: string): string {
  const base = `/_extension/${name}`;
  return path === base || path.startsWith(`${base}/`) ? `${base}/` : path;
}
