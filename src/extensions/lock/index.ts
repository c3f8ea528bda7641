export { ExtensionsLock, parseLockedExtension, type LockSettings } from './extensions-lock';
export { findLock, lockFileOf, type LockCircumstances } from './find-lock';
export type { LockedExtension, LockedSource } from './locked-extension';
