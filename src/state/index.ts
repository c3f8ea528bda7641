/** What extensions keep. It is loaded when the first extension uses it. */
export { Epoch } from './epoch';
export { ExtensionState } from './extension-state';
export { OwnerImage, OwnerStore } from './owner-store';
export { World, type WorldInfo, type WorldView } from './world';
export { Worlds, type ForeignState, type SnapshotInfo, type WorldsOptions } from './worlds';
export type { DurableStore } from './durable/durable-store';
export { openStore, type OnDamage, type OpenStoreOptions } from './durable/open-store';
export { EXPORT_MEDIA_TYPE, type ExportedExtension } from './portable/export-file';
export { readExport, type ReadExport } from './portable/read-export';
export { writeExport, type WriteExportOptions } from './portable/write-export';
export { contentOfSnapshot, contentOfWorld, type ExportContent } from './portable/export-state';
