export { displaySpec, hideCredentials, withoutCredentials } from './display-spec';
export { isPackageName } from './package-name';
export type { FolderSpec, GitSpec, PackageSpec, RegistrySpec, TarballSpec, UrlSpec } from './package-spec';
export { parseSpec } from './parse-spec';
