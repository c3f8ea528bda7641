export {
  chosenRegistry,
  logIn,
  logOut,
  whoAmI,
  type LoggedIn,
  type LoggedOut,
  type RegistryChoice,
} from './credentials';
export { credentialsFile } from './credentials-file';
export { nearestPackages, officialPackages } from './nearest-packages';
export { expandVariables } from './npmrc';
export { KEYWORD, nameOfPerson, type PackageVersion, type Packument, type SearchResult } from './packument';
export { RegistryClient } from './registry-client';
export {
  configuredRegistry,
  npmrcFor,
  readRegistrySettings,
  type RegistrySettings,
  type SettingsSources,
} from './registry-settings';
export { describePackage, describeVersion, type PackageDescription, versionFor } from './describe-package';
export { compareWithRegistry, type Outdated } from './outdated';
export { clientFor } from './client-for';
