import { withQuery } from './with-query';

/** The frame around the page of a card's bank: the two are nested, as Stripe's are, which tests go through. `url` is of the page. */
export function challengeFrame(base: string, url: string): string {
  return `${base}/v3/three-ds-2-challenge.html#${encodeURIComponent(withQuery(url, { framed: '1' }))}`;
}
