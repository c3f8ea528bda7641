import type Stripe from 'stripe';
import type { Backend } from '../kernel/backend';
import type { Call, DefineModule } from '../kernel/module';
import { Binary, idOf, type Page } from '../kernel/objects';
import { pageOf } from '../kernel/page-of';
import { formatAmount } from '../payments/money';
import { accept } from './accept-quote';
import { createQuote, updateQuote } from './quote-changes';
import { checkStatus, quoteTable } from './quote-data';
import type { QuoteLine } from './quote-lines';
import { textPdf } from './quote-pdf';
import { cancel, finalize } from './quote-progress';
import { isUpfront, sums } from './quote-totals';

type Quote = Stripe.Quote;

/** https://docs.stripe.com/api/quotes */
export const quotes: DefineModule = (stripe) => {
  const table = quoteTable(stripe);
  const onClock = (id: string, work: (quote: Quote) => Quote): Quote => {
    const quote = table.get(id);
    const clock = quote.test_clock;
    if (quote.customer === null && clock !== null) return stripe.as({ clock: idOf(clock)! }, () => work(quote));
    return stripe.onClockOf(idOf(quote.customer), () => work(quote));
  };
  return {
    operations: {
      'POST /v1/quotes': ({ params }) => createQuote(stripe, params),
      'GET /v1/quotes': ({ params, url }) => {
        const { customer, status, test_clock: clock } = params as Stripe.QuoteListParams;
        return table.page(url, params, {
          by: { customer },
          where: (quote) =>
            (status === undefined || quote.status === status) &&
            (clock === undefined
              ? customer !== undefined || quote.test_clock === null
              : idOf(quote.test_clock) === clock),
        });
      },
      'GET /v1/quotes/{quote}': ({ path }) => table.get(path['quote']!),
      'POST /v1/quotes/{quote}': ({ path, params }) =>
        onClock(path['quote']!, (quote) => updateQuote(stripe, quote, params)),
      'POST /v1/quotes/{quote}/finalize': ({ path, params }) =>
        onClock(path['quote']!, (quote) =>
          finalize(stripe, quote, (params as Stripe.QuoteFinalizeQuoteParams).expires_at),
        ),
      'POST /v1/quotes/{quote}/accept': ({ path }) => onClock(path['quote']!, (quote) => accept(stripe, quote)),
      'POST /v1/quotes/{quote}/cancel': ({ path }) =>
        onClock(path['quote']!, (quote) => {
          checkStatus(quote, ['draft', 'open'], 'cancel');
          return cancel(stripe, quote.id);
        }),
      'GET /v1/quotes/{quote}/line_items': (call) => itemsPage(stripe, call, () => true),
      'GET /v1/quotes/{quote}/computed_upfront_line_items': (call) =>
        itemsPage(stripe, call, isUpfront(stripe, table.get(call.path['quote']!))),
      'GET /v1/quotes/{quote}/pdf': ({ path }) => {
        const quote = table.get(path['quote']!);
        return new Binary('application/pdf', textPdf(pdfLines(stripe, quote)));
      },
    },
    jobs: {
      'quote.expire': (_stripe, { subject }) => {
        const status = table.find(subject)?.status;
        if (status === 'draft' || status === 'open') cancel(stripe, subject);
      },
    },
    includes: {
      'quote line_items': (quote: Quote) => ({
        object: 'list',
        data: sums(stripe, quote).items,
        has_more: false,
        url: `/v1/quotes/${quote.id}/line_items`,
      }),
    },
  };
};

function itemsPage(stripe: Backend, { path, params, url }: Call, wanted: (line: QuoteLine) => boolean): Page {
  const { items } = sums(stripe, quoteTable(stripe).get(path['quote']!), wanted);
  return pageOf(items, url, params);
}

function pdfLines(stripe: Backend, quote: Quote): string[] {
  const { items } = sums(stripe, quote);
  return [
    `Quote ${quote.number ?? '(draft)'}`,
    ...(quote.header === null ? [] : [quote.header]),
    '',
    ...items.map((item) => `${item.quantity} x ${item.description}: ${formatAmount(item.amount_total, item.currency)}`),
    '',
    `Total: ${formatAmount(quote.amount_total, quote.currency ?? 'usd')}`,
    ...(quote.footer === null ? [] : ['', quote.footer]),
  ];
}
