import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import { checkStatus, quoteTable } from './quote-data';

type Quote = Stripe.Quote;

export function finalize(stripe: Backend, quote: Quote, expires: number | undefined): Quote {
  checkStatus(quote, ['draft'], 'finalize');
  if (quote.customer === null)
    throw invalidRequest('A quote must have a customer before it is finalized.', { param: 'customer' });
  if ((quoteTable(stripe).hidden(quote.id)?.lines ?? []).length === 0) {
    throw invalidRequest('A quote must have line items before it is finalized.', { param: 'line_items' });
  }
  const expires_at = expires ?? quote.expires_at;
  stripe.jobs.schedule('quote.expire', quote.id, expires_at);
  const open = quoteTable(stripe).update(quote.id, {
    expires_at,
    number: numberOf(stripe, quote),
    status: 'open',
    status_transitions: { ...quote.status_transitions, finalized_at: stripe.now() },
  });
  stripe.emit('quote.finalized', open);
  return open;
}

/** `QT-PREFIX-0001-1`: the last number counts the revisions of the quote that it was made from. */
function numberOf(stripe: Backend, { from_quote: from }: Quote): string {
  const former = from?.is_revision === true ? quoteTable(stripe).find(idOf(from.quote)!)?.number : null;
  const [, stem, revision] = /^(.*)-(\d+)$/.exec(former ?? '') ?? [];
  if (stem === undefined) return `QT-${stripe.secret(8).toUpperCase()}-0001-1`;
  return `${stem}-${Number(revision) + 1}`;
}

export function cancel(stripe: Backend, id: string): Quote {
  stripe.jobs.cancel(id);
  const canceled = quoteTable(stripe).update(id, ({ status_transitions }) => ({
    status: 'canceled',
    status_transitions: { ...status_transitions, canceled_at: stripe.now() },
  }));
  stripe.emit('quote.canceled', canceled);
  return canceled;
}
