import type Stripe from 'stripe';
import { customerWithCard, failure, startStripe, type RunningStripe } from '../../support/stripe';
import { DAY, START, eventsAbout, onClock, priced, subscribed, typesAbout } from '../../support/stripe-billing';

/** https://docs.stripe.com/invoicing/overview, /invoicing/invoice-edits, /invoicing/taxes, /api/credit_notes and /api/invoices/create_preview */
let running: RunningStripe;
let stripe: Stripe;
let customer: string;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
});
afterAll(() => running.close());
beforeEach(async () => {
  customer = await customerWithCard(stripe, { email: 'ada@example.com', name: 'Ada' });
});

async function draft(amount = 2000, more: Partial<Stripe.InvoiceCreateParams> = {}): Promise<Stripe.Invoice> {
  const invoice = await stripe.invoices.create({ customer, auto_advance: false, ...more });
  await stripe.invoiceItems.create({ customer, invoice: invoice.id, amount, currency: 'usd', description: 'Tea' });
  return stripe.invoices.retrieve(invoice.id);
}
const open = async (amount = 2000, more: Partial<Stripe.InvoiceCreateParams> = {}): Promise<Stripe.Invoice> =>
  stripe.invoices.finalizeInvoice((await draft(amount, more)).id);
const paid = async (amount = 2000): Promise<Stripe.Invoice> => stripe.invoices.pay((await open(amount)).id);
const rate = async (percentage: number, inclusive: boolean): Promise<string> =>
  (await stripe.taxRates.create({ display_name: 'VAT', percentage, inclusive })).id;

describe('the lines of an invoice', () => {
  it('are ten with the invoice, and all of them in their list', async () => {
    const { id } = await stripe.invoices.create({ customer, auto_advance: false });
    const lines = Array.from({ length: 12 }, (_, index) => ({ amount: 100 + index, description: `Tea ${index}` }));
    const invoice = await stripe.invoices.addLines(id, { lines });
    expect(invoice.lines).toMatchObject({ has_more: true, url: `/v1/invoices/${id}/lines` });
    expect(invoice.lines.data.length).toBe(10);
    const all = await stripe.invoices.listLineItems(id).autoPagingToArray({ limit: 100 });
    expect(all.length).toBe(12);
    expect(invoice.total).toBe(lines.reduce((sum, { amount }) => sum + amount, 0));
  });

  it('take tax rates when they are changed', async () => {
    const { id, lines } = await draft();
    const tax = await rate(10, false);
    await stripe.invoices.updateLineItem(id, lines.data[0]!.id, { tax_rates: [tax] });
    const changed = await stripe.invoices.retrieve(id);
    expect(changed).toMatchObject({ subtotal: 2000, total: 2200, total_excluding_tax: 2000 });
    expect(changed.lines.data[0]!.taxes).toMatchObject([
      { amount: 200, tax_behavior: 'exclusive', taxable_amount: 2000, tax_rate_details: { tax_rate: tax } },
    ]);
    await stripe.invoices.updateLineItem(id, lines.data[0]!.id, { tax_rates: '' });
    expect((await stripe.invoices.retrieve(id)).total).toBe(2000);
  });

  it('take taxes that were reckoned elsewhere', async () => {
    const { id } = await stripe.invoices.create({ customer, auto_advance: false });
    const invoice = await stripe.invoices.addLines(id, {
      lines: [
        {
          amount: 1000,
          description: 'Tea',
          tax_amounts: [
            {
              amount: 87,
              taxable_amount: 1000,
              tax_rate_data: { display_name: 'Sales tax', inclusive: false, percentage: 8.7 },
            },
          ],
        },
      ],
    });
    expect(invoice).toMatchObject({ subtotal: 1000, total: 1087 });
    expect(invoice.lines.data[0]!.taxes).toMatchObject([{ amount: 87, taxable_amount: 1000 }]);
  });

  it('are quantities of prices, which can be changed', async () => {
    const price = await priced(stripe, { unit_amount: 300, recurring: undefined });
    const { id } = await stripe.invoices.create({ customer, auto_advance: false });
    const { lines } = await stripe.invoices.addLines(id, { lines: [{ pricing: { price }, quantity: 3 }] });
    expect(lines.data).toMatchObject([{ amount: 900, quantity: 3, pricing: { price_details: { price } } }]);
    await stripe.invoices.updateLineItem(id, lines.data[0]!.id, { quantity: 5 });
    expect((await stripe.invoices.retrieve(id)).total).toBe(1500);
  });

  it('taken out leave their item for the next invoice, or delete it', async () => {
    const kept = await draft(700);
    const after = await stripe.invoices.removeLines(kept.id, {
      lines: [{ id: kept.lines.data[0]!.id, behavior: 'unassign' }],
    });
    expect(after).toMatchObject({ total: 0, lines: { data: [] } });
    expect((await stripe.invoiceItems.list({ customer, pending: true })).data).toMatchObject([{ amount: 700 }]);
    const gone = await draft(800);
    await stripe.invoices.removeLines(gone.id, { lines: [{ id: gone.lines.data[0]!.id, behavior: 'delete' }] });
    expect((await stripe.invoiceItems.list({ customer, pending: true })).data).toMatchObject([{ amount: 700 }]);
  });

  it('are changed together, or not at all', async () => {
    const { id, lines } = await draft();
    const [line] = lines.data;
    const both = [
      { id: line!.id, amount: 900 },
      { id: 'il_none', amount: 100 },
    ];
    const error = await failure(stripe.invoices.updateLines(id, { lines: both }));
    expect(error).toMatchObject({ type: 'StripeInvalidRequestError', code: 'resource_missing' });
    expect((await stripe.invoices.retrieve(id)).total).toBe(2000);
  });
});

describe('an invoice item', () => {
  it('has to be in the currency of its invoice', async () => {
    const { id } = await draft();
    const error = await failure(stripe.invoiceItems.create({ customer, invoice: id, amount: 100, currency: 'eur' }));
    expect(error).toMatchObject({ statusCode: 400, type: 'StripeInvalidRequestError', param: 'currency' });
  });

  it('is a part of a cent many times', async () => {
    const item = await stripe.invoiceItems.create({
      customer,
      currency: 'usd',
      unit_amount_decimal: '0.5' as never,
      quantity: 300,
    });
    expect(item).toMatchObject({ amount: 150, quantity: 300 });
  });

  it('is left out of discounts where it says so', async () => {
    const { id: coupon } = await stripe.coupons.create({ percent_off: 50, duration: 'forever' });
    const { id } = await draft(1000, { discounts: [{ coupon }] });
    await stripe.invoiceItems.create({ customer, invoice: id, amount: 600, currency: 'usd', discountable: false });
    expect(await stripe.invoices.retrieve(id)).toMatchObject({ subtotal: 1600, total: 1100 });
  });

  it('is changed while it waits, and deleted', async () => {
    const { id } = await stripe.invoiceItems.create({ customer, amount: 100, currency: 'usd' });
    expect(await stripe.invoiceItems.update(id, { amount: 250, description: 'Cake' })).toMatchObject({
      amount: 250,
      description: 'Cake',
    });
    expect(await stripe.invoiceItems.del(id)).toEqual({ id, object: 'invoiceitem', deleted: true });
    expect(await failure(stripe.invoiceItems.retrieve(id))).toMatchObject({
      statusCode: 404,
      code: 'resource_missing',
    });
    const types = await typesAbout(stripe, id);
    expect(types).toEqual(['invoiceitem.created', 'invoiceitem.deleted']);
  });

  it('on a final invoice can neither be changed nor deleted', async () => {
    const { lines } = await open();
    const item = lines.data[0]!.parent!.invoice_item_details!.invoice_item;
    expect(await failure(stripe.invoiceItems.update(item, { amount: 1 }))).toMatchObject({ statusCode: 400 });
    expect(await failure(stripe.invoiceItems.del(item))).toMatchObject({ statusCode: 400 });
  });
});

describe('what stands on an invoice', () => {
  it('is taken out by an empty string where it may be', async () => {
    const { id } = await draft(2000, {
      custom_fields: [{ name: 'PO', value: '7' }],
      metadata: { a: '1', b: '2' },
    });
    const changed = await stripe.invoices.update(id, { custom_fields: '', metadata: { a: '' } });
    expect(changed).toMatchObject({ custom_fields: null, metadata: { b: '2' } });
  });

  it('is the number that was given', async () => {
    const { id } = await draft(2000, { number: 'TEA-7' });
    expect(await stripe.invoices.finalizeInvoice(id)).toMatchObject({ number: 'TEA-7' });
  });

  it('is when it is due', async () => {
    const { id, created } = await draft(2000, { collection_method: 'send_invoice', days_until_due: 14 });
    expect(await stripe.invoices.retrieve(id)).toMatchObject({ due_date: created + 14 * DAY });
    const due_date = created + 20 * DAY;
    expect(await stripe.invoices.update(id, { due_date })).toMatchObject({ due_date });
    expect(await stripe.invoices.sendInvoice(id)).toMatchObject({ status: 'open', due_date });
    const found = await stripe.invoices.list({ customer, due_date: { lte: due_date, gte: due_date } });
    expect(found.data.map((each) => each.id)).toEqual([id]);
    expect((await stripe.invoices.list({ customer, due_date: { lt: due_date } })).data).toEqual([]);
  });

  it('still takes metadata once it is final, and nothing that stands on it', async () => {
    const { id } = await open();
    expect(await stripe.invoices.update(id, { metadata: { paid: 'no' } })).toMatchObject({ metadata: { paid: 'no' } });
    for (const given of [{ description: 'Memo' }, { footer: 'Thanks' }, { custom_fields: '' as const }]) {
      expect(await failure(stripe.invoices.update(id, given))).toMatchObject({
        statusCode: 400,
        param: Object.keys(given)[0],
        message: "Finalized invoices can't be updated in this way",
      });
    }
    const error = await failure(stripe.invoices.update(id, { default_tax_rates: [await rate(5, false)] }));
    expect(error).toMatchObject({ statusCode: 400, type: 'StripeInvalidRequestError' });
  });

  it('is a revision, which makes the former one void', async () => {
    const former = await open();
    const revision = await stripe.invoices.create({ from_invoice: { invoice: former.id, action: 'revision' } });
    expect(revision).toMatchObject({
      status: 'draft',
      total: 2000,
      from_invoice: { action: 'revision', invoice: former.id },
    });
    const line = revision.lines.data[0]!;
    await stripe.invoices.updateLineItem(revision.id, line.id, { amount: 1500 });
    const final = await stripe.invoices.finalizeInvoice(revision.id);
    expect(final).toMatchObject({ status: 'open', total: 1500 });
    expect(await stripe.invoices.retrieve(former.id)).toMatchObject({ status: 'void', latest_revision: revision.id });
  });

  it('is a revision, which is deleted without the former one', async () => {
    const former = await open();
    const revision = await stripe.invoices.create({ from_invoice: { invoice: former.id, action: 'revision' } });
    await stripe.invoices.del(revision.id);
    expect(await stripe.invoices.retrieve(former.id)).toMatchObject({ status: 'open', latest_revision: null });
    const item = former.lines.data[0]!.parent!.invoice_item_details!.invoice_item;
    expect(await stripe.invoiceItems.retrieve(item)).toMatchObject({ invoice: former.id });
  });

  it('is what the balance of the customer pays', async () => {
    await stripe.customers.createBalanceTransaction(customer, { amount: -500, currency: 'usd' });
    const invoice = await open(2000);
    expect(invoice).toMatchObject({ total: 2000, starting_balance: -500, ending_balance: 0, amount_due: 1500 });
    const { data } = await stripe.customers.listBalanceTransactions(customer);
    expect(data).toMatchObject([
      { type: 'applied_to_invoice', amount: 500, ending_balance: 0, invoice: invoice.id },
      { type: 'adjustment', amount: -500, ending_balance: -500 },
    ]);
    await stripe.invoices.voidInvoice(invoice.id);
    expect(await stripe.customers.retrieve(customer)).toMatchObject({ balance: -500 });
  });
});

describe('taxes', () => {
  it('by default rates of the invoice are for lines without any', async () => {
    const [outside, inside] = [await rate(20, false), await rate(25, true)];
    const { id } = await draft(1000, { default_tax_rates: [outside] });
    await stripe.invoiceItems.create({ customer, invoice: id, amount: 500, currency: 'usd', tax_rates: [inside] });
    const invoice = await stripe.invoices.retrieve(id);
    expect(invoice).toMatchObject({
      subtotal: 1500,
      subtotal_excluding_tax: 1400,
      total: 1700,
      total_excluding_tax: 1400,
    });
    expect(invoice.total_taxes).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ amount: 200, tax_behavior: 'exclusive', taxable_amount: 1000 }),
        expect.objectContaining({ amount: 100, tax_behavior: 'inclusive', taxable_amount: 400 }),
      ]),
    );
  });

  it('of a subscription are on its invoices, and can be taken off', async () => {
    const { subscription } = await subscribed(stripe, {
      default_tax_rates: [await rate(10, false)],
      expand: ['latest_invoice'],
    });
    expect(subscription.latest_invoice).toMatchObject({ subtotal: 1000, total: 1100 });
    expect(subscription.default_tax_rates).toMatchObject([{ percentage: 10 }]);
    const changed = await stripe.subscriptions.update(subscription.id, { default_tax_rates: '' });
    expect(changed.default_tax_rates).toEqual([]);
  });
});

describe('paying', () => {
  it('is known to the payments of the invoice', async () => {
    const invoice = await paid();
    const { data } = await stripe.invoicePayments.list({ invoice: invoice.id });
    expect(data).toMatchObject([
      { status: 'paid', amount_paid: 2000, amount_requested: 2000, is_default: true, invoice: invoice.id },
    ]);
    const intent = data[0]!.payment.payment_intent as string;
    const found = await stripe.invoicePayments.list({ payment: { type: 'payment_intent', payment_intent: intent } });
    expect(found.data.map(({ id }) => id)).toEqual([data[0]!.id]);
    expect(await stripe.invoicePayments.retrieve(data[0]!.id)).toMatchObject({
      status_transitions: { canceled_at: null },
    });
    expect((await stripe.paymentIntents.retrieve(intent)).amount_received).toBe(2000);
  });

  it('outside of Stripe cancels the intent', async () => {
    const { id } = await open();
    const [payment] = (await stripe.invoicePayments.list({ invoice: id })).data;
    expect(await stripe.invoices.pay(id, { paid_out_of_band: true })).toMatchObject({
      status: 'paid',
      amount_remaining: 0,
    });
    const intent = await stripe.paymentIntents.retrieve(payment!.payment.payment_intent as string);
    expect(intent.status).toBe('canceled');
    expect((await stripe.invoicePayments.list({ invoice: id, status: 'canceled' })).data.length).toBe(1);
  });

  it('by an intent that was made elsewhere counts once it is attached', async () => {
    const { id } = await open(2000);
    const intent = await stripe.paymentIntents.create({
      amount: 2000, currency: 'usd', customer, payment_method: 'pm_card_visa', confirm: true, allowed_payment_method_types: ['card'],
    }); // prettier-ignore
    expect(await stripe.invoices.attachPayment(id, { payment_intent: intent.id })).toMatchObject({ status: 'paid' });
  });

  it('refuses a card that is declined, and says with what', async () => {
    const bad = await stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer });
    const { id } = await open();
    const error = await failure(stripe.invoices.pay(id, { payment_method: bad.id }));
    expect(error).toMatchObject({ statusCode: 402, type: 'StripeCardError', code: 'card_declined' });
    expect(await stripe.invoices.retrieve(id)).toMatchObject({ status: 'open', attempted: true, attempt_count: 1 });
    expect((await eventsAbout(stripe, id)).map(({ type }) => type)).toContain('invoice.payment_failed');
  });

  it('happens by itself when the invoice advances', async () => {
    const clocked = await onClock(stripe);
    const { id } = await stripe.invoices.create({ customer: clocked.customer, auto_advance: true });
    await stripe.invoiceItems.create({ customer: clocked.customer, invoice: id, amount: 900, currency: 'usd' });
    expect(await stripe.invoices.retrieve(id)).toMatchObject({ automatically_finalizes_at: START + 3600 });
    await clocked.advance(START + 3 * 3600);
    expect(await stripe.invoices.retrieve(id)).toMatchObject({
      status: 'paid',
      status_transitions: { finalized_at: START + 3600 },
    });
  });
});

describe('a credit note', () => {
  it('is for lines, as many of them as it says', async () => {
    const price = await priced(stripe, { unit_amount: 300, recurring: undefined });
    const { id } = await stripe.invoices.create({ customer, auto_advance: false });
    await stripe.invoices.addLines(id, { lines: [{ pricing: { price }, quantity: 4 }] });
    const final = await stripe.invoices.finalizeInvoice(id);
    const note = await stripe.creditNotes.create({
      invoice: id,
      lines: [{ type: 'invoice_line_item', invoice_line_item: final.lines.data[0]!.id, quantity: 1 }],
      reason: 'product_unsatisfactory',
    });
    expect(note).toMatchObject({ total: 300, type: 'pre_payment', status: 'issued', reason: 'product_unsatisfactory' });
    expect((await stripe.creditNotes.listLineItems(note.id)).data).toMatchObject([{ quantity: 1, amount: 300 }]);
    expect(await stripe.invoices.retrieve(id)).toMatchObject({
      amount_remaining: 900,
      pre_payment_credit_notes_amount: 300,
      total: 1200,
    });
  });

  it('has lines of its own', async () => {
    const { id } = await open();
    const note = await stripe.creditNotes.create({
      invoice: id,
      lines: [{ type: 'custom_line_item', description: 'Late', unit_amount: 150, quantity: 2 }],
    });
    expect(note).toMatchObject({ subtotal: 300, total: 300 });
    expect(note.lines.data).toMatchObject([{ type: 'custom_line_item', description: 'Late', unit_amount: 150 }]);
  });

  it('that is void is owed again, and is so once', async () => {
    const { id } = await open();
    const note = await stripe.creditNotes.create({ invoice: id, amount: 500 });
    expect(await stripe.creditNotes.voidCreditNote(note.id)).toMatchObject({ status: 'void' });
    expect(await stripe.invoices.retrieve(id)).toMatchObject({ amount_remaining: 2000 });
    expect(await failure(stripe.creditNotes.voidCreditNote(note.id))).toMatchObject({ statusCode: 400 });
    expect(await typesAbout(stripe, note.id)).toEqual(['credit_note.created', 'credit_note.voided']);
  });

  it('gives back in several ways at once', async () => {
    const { id } = await paid(2000);
    const note = await stripe.creditNotes.create({
      invoice: id,
      amount: 1500,
      refund_amount: 700,
      credit_amount: 500,
      out_of_band_amount: 300,
    });
    expect(note).toMatchObject({ type: 'post_payment', out_of_band_amount: 300, post_payment_amount: 1500 });
    expect(note.refunds).toMatchObject([{ amount_refunded: 700, type: 'refund' }]);
    expect(await stripe.refunds.retrieve(note.refunds[0]!.refund as string)).toMatchObject({ amount: 700 });
    expect(await stripe.customers.retrieve(customer)).toMatchObject({ balance: -500 });
    expect(await stripe.invoices.retrieve(id)).toMatchObject({
      status: 'paid',
      post_payment_credit_notes_amount: 1500,
    });
    const over = await failure(stripe.creditNotes.create({ invoice: id, amount: 501, refund_amount: 501 }));
    expect(over).toMatchObject({ statusCode: 400, type: 'StripeInvalidRequestError' });
  });

  it('has its memo and metadata changed, and is listed', async () => {
    const { id } = await open();
    const note = await stripe.creditNotes.create({ invoice: id, amount: 500, memo: 'Sorry' });
    expect(await stripe.creditNotes.update(note.id, { memo: 'Very sorry', metadata: { a: '1' } })).toMatchObject({
      memo: 'Very sorry',
      metadata: { a: '1' },
    });
    expect((await stripe.creditNotes.list({ customer })).data.map((each) => each.id)).toEqual([note.id]);
  });

  it('takes back taxes with the line', async () => {
    const { id } = await draft(1000, { default_tax_rates: [await rate(10, false)] });
    const final = await stripe.invoices.finalizeInvoice(id);
    const line = final.lines.data[0]!.id;
    const preview = await stripe.creditNotes.preview({
      invoice: id,
      lines: [{ type: 'invoice_line_item', invoice_line_item: line, amount: 500 }],
    });
    expect(preview).toMatchObject({ subtotal: 500, total: 550, total_excluding_tax: 500 });
    expect((await stripe.creditNotes.list({ invoice: id })).data).toEqual([]);
  });
});

describe('a preview', () => {
  it('of a new subscription needs only a customer and prices', async () => {
    const preview = await stripe.invoices.createPreview({
      customer,
      subscription_details: { items: [{ price: await priced(stripe), quantity: 2 }] },
    });
    expect(preview).toMatchObject({ status: 'draft', total: 2000, amount_due: 2000, customer });
    expect(preview.id).toMatch(/^upcoming_in_/);
    expect((await stripe.subscriptions.list({ customer })).data).toEqual([]);
  });

  it('has what would be given back if it ended now', async () => {
    const { subscription, advance } = await subscribed(stripe);
    await advance(START + 15.5 * DAY);
    const preview = await stripe.invoices.createPreview({
      subscription: subscription.id,
      subscription_details: { cancel_now: true, proration_behavior: 'create_prorations' },
    });
    expect(preview).toMatchObject({ total: -500, amount_due: 0 });
    expect((await stripe.subscriptions.retrieve(subscription.id)).status).toBe('active');
  });

  it('is none for a subscription that ends with its period', async () => {
    const { subscription } = await subscribed(stripe);
    await stripe.subscriptions.update(subscription.id, { cancel_at_period_end: true });
    const error = await failure(stripe.invoices.createPreview({ subscription: subscription.id }));
    expect(error).toMatchObject({ statusCode: 404, code: 'invoice_upcoming_none' });
  });

  it('takes items and a coupon that are not there yet', async () => {
    const { customer: who, subscription } = await subscribed(stripe);
    const { id: coupon } = await stripe.coupons.create({ percent_off: 10, duration: 'forever' });
    const preview = await stripe.invoices.createPreview({
      subscription: subscription.id,
      discounts: [{ coupon }],
      invoice_items: [{ amount: 500, currency: 'usd', description: 'Setup' }],
    });
    expect(preview).toMatchObject({ subtotal: 1500, total: 1350 });
    expect((await stripe.invoiceItems.list({ customer: who })).data).toEqual([]);
  });

  it('of what recurs leaves prorations out', async () => {
    const { subscription, item, advance } = await subscribed(stripe);
    await advance(START + 15.5 * DAY);
    const preview = await stripe.invoices.createPreview({
      subscription: subscription.id,
      preview_mode: 'recurring',
      subscription_details: { items: [{ id: item, quantity: 3 }], proration_behavior: 'always_invoice' },
    });
    expect(preview).toMatchObject({ total: 3000 });
  });

  it('of a schedule is of its next phase', async () => {
    const price = await priced(stripe);
    const { subscription } = await subscribed(stripe, { items: [{ price }] });
    const { id, phases } = await stripe.subscriptionSchedules.create({ from_subscription: subscription.id });
    const { start_date, end_date } = phases[0]!;
    await stripe.subscriptionSchedules.update(id, {
      phases: [
        { items: [{ price, quantity: 1 }], start_date, end_date },
        { items: [{ price, quantity: 5 }], duration: { interval: 'month' } },
      ],
    });
    expect(await stripe.invoices.createPreview({ schedule: id })).toMatchObject({ total: 5000 });
    expect(await stripe.invoices.createPreview({ subscription: subscription.id })).toMatchObject({ total: 5000 });
  });
});
