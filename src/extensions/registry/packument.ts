/** The word among the keywords of a package by which packages of extensions are found. */
export const KEYWORD = 'backlot-extension';

/** What a registry knows of one version of a package, as far as it matters here. */
export interface PackageVersion {
  readonly name: string;
  readonly version: string;
  readonly description?: string;
  readonly homepage?: string;
  readonly license?: string;
  readonly author?: Person;
  /** The manifest of its extensions, which nobody has looked at yet. */
  readonly backlot?: unknown;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  /** Why not to use it. */
  readonly deprecated?: string;
}

/** What a registry knows of a package. */
export interface Packument {
  readonly name: string;
  readonly description?: string;
  readonly homepage?: string;
  readonly author?: Person;
  readonly versions: Readonly<Record<string, PackageVersion>>;
  readonly 'dist-tags': Readonly<Record<string, string>>;
  /** When each version was published: ISO times. */
  readonly time?: Readonly<Record<string, string>>;
}

/** A package that a search found. */
export interface SearchResult {
  readonly name: string;
  readonly version?: string;
  readonly description?: string;
  readonly date?: string;
  readonly keywords?: readonly string[];
}

/** Somebody, as package.json names them. */
export type Person = string | { readonly name?: string; readonly email?: string };

/** Their name. */
export function nameOfPerson(person: unknown): string | undefined {
  if (typeof person === 'string') return person.replace(/\s*[<(].*$/, '') || undefined;
  const name = typeof person === 'object' && person !== null && 'name' in person ? person.name : undefined;
  return typeof name === 'string' && name !== '' ? name : undefined;
}
