import { readFileSync } from 'node:fs';
import path from 'node:path';

/** The package that a file belongs to. */
export interface PackageScope {
  readonly directory: string;
  /** Whether its `.ts` and `.js` files are ES modules. */
  readonly isModule: boolean;
  /** Whether its package.json has a "backlot" part. */
  readonly isExtension: boolean;
}

const scopes = new Map<string, PackageScope | undefined>();

/** The package around a file: the nearest folder with a package.json. Each folder is looked at once. */
export function packageScopeOf(file: string): PackageScope | undefined {
  return scopeOfFolder(path.dirname(file));
}

function scopeOfFolder(directory: string): PackageScope | undefined {
  if (scopes.has(directory)) return scopes.get(directory);
  const parent = path.dirname(directory);
  const scope = readScope(directory) ?? (parent === directory ? undefined : scopeOfFolder(parent));
  scopes.set(directory, scope);
  return scope;
}

function readScope(directory: string): PackageScope | undefined {
  let text: string;
  try {
    text = readFileSync(path.join(directory, 'package.json'), 'utf8');
  } catch {
    return undefined;
  }
  const { type, backlot } = JSON.parse(text) as { type?: unknown; backlot?: unknown };
  return { directory, isModule: type === 'module', isExtension: backlot !== undefined };
}
