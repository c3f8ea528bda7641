import { distance } from 'fastest-levenshtein';

/**
 * The candidate that was most likely meant by a mistyped word, or undefined when none is near.
 *
 * Near is at most a third of the longer word's letters wrong (and always one letter); case does not count.
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  let best: { candidate: string; steps: number } | undefined;
  for (const candidate of candidates) {
    const steps = distance(word.toLowerCase(), candidate.toLowerCase());
    if (steps > Math.max(1, Math.floor(Math.max(word.length, candidate.length) / 3))) continue;
    if (!best || steps < best.steps) best = { candidate, steps };
  }
  return best?.candidate;
}

/** ` (did you mean "x"?)`, or nothing when no candidate is near. */
export function didYouMean(word: string, candidates: readonly string[]): string {
  const candidate = nearest(word, candidates);
  return candidate === undefined ? '' : ` (did you mean "${candidate}"?)`;
}
