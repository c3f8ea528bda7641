import { distance } from 'fastest-levenshtein';

/**
 * The candidate that was most likely meant by a mistyped word, or undefined when none is near.
 *
 * Near is at most a third of the longer word's letters wrong, rounded up; case does not count.
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  let best: { candidate: string; steps: number } | undefined;
  for (const candidate of candidates) {
    const steps = distance(word.toLowerCase(), candidate.toLowerCase());
    const length = Math.max(word.length, candidate.length);
    if (steps > Math.ceil(length / 3) || steps === length) continue;
    if (!best || steps < best.steps) best = { candidate, steps };
  }
  return best?.candidate;
}

/** ` (did you mean "x"?)`, or nothing when no candidate is near. */
export function didYouMean(word: string, candidates: readonly string[]): string {
  const candidate = nearest(word, candidates);
  return candidate === undefined ? '' : ` (did you mean "${candidate}"?)`;
}
