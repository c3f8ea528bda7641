export { bundle, type BundleOptions } from './bundle';
export type { EngineDirectories, InstallEngine, InstallRequest } from './install-engine';
export {
  installExtensions,
  type InstalledPackage,
  type InstallEvent,
  type InstallOptions,
  type InstallOutcome,
} from './install-extensions';
export { NpmEngine } from './npm-engine';
