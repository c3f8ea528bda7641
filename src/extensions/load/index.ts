export type { ExtensionClass } from './extension-class';
export { importExtensionClass } from './import-extension-class';
