import { createRequire } from 'node:module';
import type Ini from 'ini';
import type RegistryFetch from 'npm-registry-fetch';

/** A start that asks no registry shall not load what asks one. */
const load = createRequire(__filename);

/** The reader of npm's settings. */
export const loadIni = (): typeof Ini => load('ini') as typeof Ini;

/** npm's own client for registries, as far as it is used. */
export interface FetchFromRegistry {
  (url: string, options: RegistryFetch.Options): Promise<{ text(): Promise<string> }>;
  pickRegistry(name: string, options: RegistryFetch.Options): string;
}

export const loadRegistryFetch = (): FetchFromRegistry => load('npm-registry-fetch') as FetchFromRegistry;
