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

/** The candidates by how near they are to a word, or to its last part where they are paths; the nearest first. */
export function byNearness(word: string, candidates: readonly string[]): string[] {
  const stepsTo = (candidate: string): number =>
    Math.min(...[word, lastPart(word)].map((one) => Math.min(steps(one, candidate), steps(one, lastPart(candidate)))));
  return candidates
    .map((candidate) => ({ candidate, steps: stepsTo(candidate) }))
    .sort((one, other) => one.steps - other.steps)
    .map(({ candidate }) => candidate);
}

function steps(word: string, candidate: string): number {
  return distance(word.toLowerCase(), candidate.toLowerCase());
}

function lastPart(text: string): string {
  return text.slice(text.lastIndexOf('/') + 1);
}
