export { devListBeside } from './dev-list-file';
export { readDevList } from './dev-list';
export { DevFolder, type DependencyRequest, type Generation, type InstallDependencies } from './dev-folder';
export { startDevMode, type DevChange, type DevMode, type DevModeOptions } from './dev-mode';
export { linkDependencies } from './link-dependencies';
export { disableFolder, enableFolder, listEnabled, type EnabledFolder } from './enable';
