export { checkVersion } from './check-version';
export * from './install';
export * from './list';
export { importExtensionClass, type ExtensionClass } from './load';
export { readManifest, type ExtensionManifest, type ManifestItem } from './manifest';
export { placeOfEntry, selectExtensions } from './select-extensions';
export type { FetchedPackage, FetchLimits, FetchOptions, Resolution } from './sources';
export { displaySpec, hideCredentials, parseSpec, type PackageSpec } from './spec';
export { validateConfig } from './validate-config';
