export { AUTO_INSTALL, entriesFromAutoInstall, mergeEntries } from './auto-install';
export type { EntryOrigin, ExtensionEntry } from './entry';
export { placeOfConfig } from './place-of-config';
export { parseEntry, parseExtensionList, readExtensionList } from './read-extension-list';
