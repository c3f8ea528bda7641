import { known } from './settings.js';

/** A type of payment methods as people know it. */
export function nameOf(type) {
  const words = type.split('_').map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return known.methods[type] || words.join(' ');
}
