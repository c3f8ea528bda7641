/** What extensions keep. It is loaded when the first extension uses it. */
export { Epoch } from './epoch';
export { Clocks } from './clock/clocks';
export { ExtensionClock, type ExtensionClockOptions } from './clock/extension-clock';
export { WorldClock, type Advanced } from './clock/world-clock';
export { ExtensionState } from './extension-state';
export { OwnerImage, OwnerStore } from './owner-store';
export { World, type WorldInfo, type WorldView } from './world';
export { Worlds, type SnapshotInfo, type WorldsOptions } from './worlds';
export type { DurableStore } from './durable/durable-store';
export { openStore, type OnDamage, type OpenStoreOptions } from './durable/open-store';
export { ExtensionIds, type ExtensionIdsOptions } from './ids/extension-ids';
export { seedIds, seedOf } from './ids/seeds';
export { dropPending, ownersWithPending } from './outbox/drop-pending';
export { ExtensionOutbox, type ExtensionOutboxOptions } from './outbox/extension-outbox';
export { WorldOutbox } from './outbox/world-outbox';
