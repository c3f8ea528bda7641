export { AUTO_INSTALL, entriesFromAutoInstall, mergeEntries } from './auto-install';
export { addEntry, createList, removeEntry, updateEntry, type EntryMatch, type NewEntry } from './edit-extension-list';
export type { EntryOrigin, ExtensionEntry } from './entry';
export { namesOfEntries, type NamesOfEntry } from './list-names';
export { placeOfConfig, placeInEntry } from './place-of-config';
export { parseEntry, parseExtensionList, readExtensionList } from './read-extension-list';
