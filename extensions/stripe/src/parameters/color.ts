import { invalidRequest } from '../errors';

/** Throws for what is no color as `#663399` is one. What is left out, or empty, is fine. */
export function checkColor(given: string | null | undefined, param: string): void {
  if (!given || /^#([\da-f]{3}|[\da-f]{6})$/i.test(given)) return;
  throw invalidRequest(`Invalid hex color: ${given}`, { param });
}
