export { bundle, type BundleOptions } from './bundle';
export { chooseEngine } from './choose-engine';
export type { EngineCall, EngineSettings, InstallEngine, TreeRequest, TreeResult } from './install-engine';
export {
  installExtensions,
  type InstalledPackage,
  type InstallEvent,
  type InstallOptions,
  type InstallOutcome,
} from './install-extensions';
export { NpmEngine } from './npm/npm-engine';
export { PnpmEngine } from './pnpm/pnpm-engine';
