/**
 * Under which owners a world keeps what the platform itself keeps in it. No extension has such a name, for none has an `@`.
 */

/** What is the world’s as a whole: its clock, and its seed. */
export const WORLD_OWNER = '@world';

/** What the platform keeps for an extension: its outbox, and where its identifiers stand. It is reset with the extension. */
export function platformOwner(extension: string): string {
  return `${extension}@platform`;
}
