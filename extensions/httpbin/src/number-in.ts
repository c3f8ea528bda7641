import { HttpError } from 'backlot';

/** A whole number in a path. Throws a 400 for anything else, and takes the limit for what is above it. */
export function numberIn(text: string, limit: number): number {
  if (!/^\d+$/.test(text)) throw new HttpError(400, `"${text}" is not a whole number`);
  return Math.min(Number(text), limit);
}
