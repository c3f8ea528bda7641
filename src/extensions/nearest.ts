import { distance } from 'fastest-levenshtein';

export { didYouMean, nearest } from '../api/nearest';

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
