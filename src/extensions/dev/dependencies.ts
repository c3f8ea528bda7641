import { readFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * What the package in a folder needs to run: its dependencies, and its peers that are not optional, sorted, but for
 * `backlot`. Specs of local folders and tarballs are made absolute, for they are installed elsewhere. The package.json
 * is valid JSON.
 */
export async function dependenciesOf(folder: string): Promise<Record<string, string>> {
  const text = await readFile(path.join(folder, 'package.json'), 'utf8');
  const { peerDependencies, peerDependenciesMeta, optionalDependencies, dependencies } = JSON.parse(text) as Record<
    string,
    Record<string, unknown> | undefined
  >;
  const isOptional = (peer: string): boolean =>
    (peerDependenciesMeta?.[peer] as { optional?: unknown } | undefined)?.optional === true;
  const peers = Object.entries(peerDependencies ?? {}).filter(([name]) => !isOptional(name));
  const all = { ...Object.fromEntries(peers), ...optionalDependencies, ...dependencies };
  const entries = Object.entries(all).filter(([name, spec]) => name !== 'backlot' && typeof spec === 'string');
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, spec]) => [name, absolute(String(spec), folder)]),
  );
}

function absolute(spec: string, folder: string): string {
  const local = /^(file:|link:)(?!\/\/)(.*)$/.exec(spec);
  return local ? `file:${path.resolve(folder, local[2] ?? '')}` : spec;
}
