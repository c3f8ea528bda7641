import type Stripe from 'stripe';
import { customerWithCard, failure, startStripe, type RunningStripe } from '../../support/stripe';

/** https://docs.stripe.com/invoicing/overview, /invoicing/integration/workflow-transitions, /credit-notes and /billing/customer/balance */
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

async function draft(amount = 2500, more: Partial<Stripe.InvoiceCreateParams> = {}): Promise<Stripe.Invoice> {
  const invoice = await stripe.invoices.create({ customer, ...more });
  await stripe.invoiceItems.create({ customer, invoice: invoice.id, amount, currency: 'usd', description: 'Tea' });
  return stripe.invoices.retrieve(invoice.id);
}
async function open(amount = 2500, more: Partial<Stripe.InvoiceCreateParams> = {}): Promise<Stripe.Invoice> {
  return stripe.invoices.finalizeInvoice((await draft(amount, { auto_advance: false, ...more })).id);
}
async function paid(amount = 2500): Promise<Stripe.Invoice> {
  return stripe.invoices.pay((await open(amount)).id);
}
const balance = async (): Promise<number> => ((await stripe.customers.retrieve(customer)) as Stripe.Customer).balance;
const typesOf = async (object: string): Promise<string[]> => {
  const { data } = await stripe.events.list({ limit: 100 });
  return data.filter(({ data }) => (data.object as { id?: string }).id === object).map(({ type }) => type);
};

describe('a draft', () => {
  it('has no number, no page and no payment yet', async () => {
    expect(await draft()).toMatchObject({
      status: 'draft',
      number: null,
      hosted_invoice_url: null,
      invoice_pdf: null,
      amount_due: 2500,
      billing_reason: 'manual',
      attempted: false,
    });
  });

  it('takes pending items only when it is told to', async () => {
    await stripe.invoiceItems.create({ customer, amount: 700, currency: 'usd' });
    expect((await stripe.invoices.create({ customer })).total).toBe(0);
    expect((await stripe.invoices.create({ customer, pending_invoice_items_behavior: 'include' })).total).toBe(700);
  });

  it('is changed, and its lines too', async () => {
    const { id } = await draft();
    expect(await stripe.invoices.update(id, { description: 'Memo', footer: 'Thanks' })).toMatchObject({
      description: 'Memo',
      footer: 'Thanks',
    });
    const [line] = (await stripe.invoices.listLineItems(id)).data;
    const changed = await stripe.invoices.updateLineItem(id, line!.id, { amount: 3000 });
    expect(changed.amount).toBe(3000);
    expect((await stripe.invoices.retrieve(id)).total).toBe(3000);
  });

  it('is deleted, and its items with it', async () => {
    const { id } = await draft();
    expect(await stripe.invoices.del(id)).toMatchObject({ deleted: true });
    expect(await failure(stripe.invoices.retrieve(id))).toMatchObject({ statusCode: 404 });
  });

  it('cannot be void or uncollectible', async () => {
    const { id } = await draft();
    expect(await failure(stripe.invoices.voidInvoice(id))).toMatchObject({ statusCode: 400 });
    expect(await failure(stripe.invoices.markUncollectible(id))).toMatchObject({ statusCode: 400 });
  });

  it('takes custom fields, at most four', async () => {
    const field = (name: string) => ({ name, value: '1' });
    const fields = ['a', 'b', 'c', 'd'].map(field);
    expect((await draft(100, { custom_fields: fields })).custom_fields).toEqual(fields);
    expect(await failure(stripe.invoices.create({ customer, custom_fields: [...fields, field('e')] }))).toMatchObject({
      statusCode: 400,
    });
  });

  it('needs days until due, or a date, when it is sent', async () => {
    expect(await failure(stripe.invoices.create({ customer, collection_method: 'send_invoice' }))).toMatchObject({
      statusCode: 400,
    });
  });

  it('takes lines that are added, changed and removed together', async () => {
    const { id, lines } = await draft();
    await stripe.invoices.addLines(id, {
      lines: [
        { amount: 100, description: 'Milk' },
        { amount: 200, description: 'Honey' },
      ],
    });
    const three = await stripe.invoices.listLineItems(id);
    expect(three.data).toHaveLength(3);
    await stripe.invoices.removeLines(id, { lines: [{ id: lines.data[0]!.id, behavior: 'delete' }] });
    expect((await stripe.invoices.retrieve(id)).total).toBe(300);
  });
});

describe('a final invoice', () => {
  it('has a number, a page and a file', async () => {
    expect(await open()).toMatchObject({
      status: 'open',
      number: expect.stringMatching(/^\w+-\d{4}$/) as string,
      hosted_invoice_url: expect.stringMatching(/^http/) as string,
      invoice_pdf: expect.stringMatching(/^http/) as string,
      amount_remaining: 2500,
      status_transitions: { finalized_at: expect.any(Number) as number, paid_at: null },
    });
  });

  it('counts its number up for each customer', async () => {
    const [first, second] = [await open(), await open()];
    expect(first.number!.split('-')[0]).toBe(second.number!.split('-')[0]);
    expect([first, second].map(({ number }) => number!.split('-')[1])).toEqual(['0001', '0002']);
  });

  it('keeps what the customer was called then', async () => {
    const { id } = await open();
    await stripe.customers.update(customer, { name: 'Ada King', email: 'king@example.com' });
    expect(await stripe.invoices.retrieve(id)).toMatchObject({
      customer_name: 'Ada',
      customer_email: 'ada@example.com',
    });
  });

  it('cannot be made final twice, or deleted', async () => {
    const { id } = await open();
    expect(await failure(stripe.invoices.finalizeInvoice(id))).toMatchObject({ statusCode: 400 });
    expect(await failure(stripe.invoices.del(id))).toMatchObject({ statusCode: 400 });
  });

  it('takes no more items', async () => {
    const { id } = await open();
    const refused = stripe.invoiceItems.create({ customer, invoice: id, amount: 5, currency: 'usd' });
    expect(await failure(refused)).toMatchObject({ statusCode: 400 });
  });

  it('of nothing is paid at once', async () => {
    const { id } = await stripe.invoices.create({ customer });
    expect(await stripe.invoices.finalizeInvoice(id)).toMatchObject({ status: 'paid', amount_due: 0 });
  });

  it('of less than the least that can be charged is owed with the next', async () => {
    const invoice = await open(30);
    expect(invoice).toMatchObject({ status: 'paid', amount_due: 0, total: 30, ending_balance: 30 });
    expect(await balance()).toBe(30);
  });

  it('is void with its number kept', async () => {
    const { id, number } = await open();
    expect(await stripe.invoices.voidInvoice(id)).toMatchObject({ status: 'void', number });
    expect(await failure(stripe.invoices.pay(id))).toMatchObject({ statusCode: 400 });
    expect(await typesOf(id)).toContain('invoice.voided');
  });

  it('that is uncollectible can be paid or void still', async () => {
    const [one, other] = [await open(), await open()];
    expect((await stripe.invoices.markUncollectible(one.id)).status).toBe('uncollectible');
    expect((await stripe.invoices.pay(one.id)).status).toBe('paid');
    await stripe.invoices.markUncollectible(other.id);
    expect((await stripe.invoices.voidInvoice(other.id)).status).toBe('void');
    expect(await typesOf(one.id)).toContain('invoice.marked_uncollectible');
  });

  it('is made final by itself an hour after it was made', async () => {
    const { id: clock } = await stripe.testHelpers.testClocks.create({ frozen_time: 1_750_000_000 });
    customer = await customerWithCard(stripe, { test_clock: clock });
    const { id } = await draft(2500, { auto_advance: true });
    await stripe.testHelpers.testClocks.advance(clock, { frozen_time: 1_750_000_000 + 3 * 3600 });
    expect((await stripe.invoices.retrieve(id)).status).toBe('paid');
  });
});

describe('a payment of an invoice', () => {
  it('leaves nothing to pay', async () => {
    expect(await paid()).toMatchObject({
      status: 'paid',
      amount_paid: 2500,
      amount_remaining: 0,
      attempted: true,
      attempt_count: 1,
      status_transitions: { paid_at: expect.any(Number) as number },
    });
  });

  it('is made with the payment method that is named', async () => {
    const { id: payment_method } = await stripe.paymentMethods.attach('pm_card_mastercard', { customer });
    const { id } = await open();
    const { payments } = await stripe.invoices.pay(id, { payment_method, expand: ['payments'] });
    const intent = await stripe.paymentIntents.retrieve(payments!.data[0]!.payment.payment_intent as string);
    expect(intent.payment_method).toBe(payment_method);
  });

  it('is refused twice', async () => {
    const { id } = await paid();
    expect(await failure(stripe.invoices.pay(id))).toMatchObject({
      statusCode: 400,
      message: 'Invoice is already paid',
    });
  });

  it('that is declined leaves the invoice open', async () => {
    const { id: payment_method } = await stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer });
    const { id } = await open();
    expect(await failure(stripe.invoices.pay(id, { payment_method }))).toMatchObject({
      statusCode: 402,
      code: 'card_declined',
    });
    expect(await stripe.invoices.retrieve(id)).toMatchObject({ status: 'open', attempted: true, attempt_count: 1 });
    expect(await typesOf(id)).toContain('invoice.payment_failed');
  });

  it('made elsewhere charges nobody', async () => {
    const { id } = await open();
    expect(await stripe.invoices.pay(id, { paid_out_of_band: true })).toMatchObject({ status: 'paid' });
    const { data } = await stripe.charges.list({ customer });
    expect(data).toHaveLength(0);
  });

  it('without a way to pay is refused', async () => {
    ({ id: customer } = await stripe.customers.create());
    const { id } = await open();
    expect(await failure(stripe.invoices.pay(id))).toMatchObject({ statusCode: 400 });
  });

  it('is there with its events', async () => {
    const { id } = await paid();
    expect(await typesOf(id)).toEqual(
      expect.arrayContaining(['invoice.created', 'invoice.finalized', 'invoice.paid', 'invoice.payment_succeeded']),
    );
  });

  it('is listed on its own', async () => {
    const { id } = await paid();
    const { data } = await stripe.invoicePayments.list({ invoice: id });
    expect(data).toMatchObject([{ status: 'paid', amount_paid: 2500, invoice: id }]);
  });
});

describe('the balance of a customer', () => {
  it('is changed by transactions', async () => {
    const credit = await stripe.customers.createBalanceTransaction(customer, { amount: -500, currency: 'usd' });
    expect(credit).toMatchObject({ amount: -500, ending_balance: -500, type: 'adjustment' });
    expect(await balance()).toBe(-500);
    await stripe.customers.createBalanceTransaction(customer, { amount: 200, currency: 'usd', description: 'Fee' });
    expect(await balance()).toBe(-300);
    const { data } = await stripe.customers.listBalanceTransactions(customer);
    expect(data.map(({ amount, ending_balance }) => [amount, ending_balance])).toEqual([
      [200, -300],
      [-500, -500],
    ]);
  });

  it('pays the next invoice first', async () => {
    await stripe.customers.createBalanceTransaction(customer, { amount: -1000, currency: 'usd' });
    expect(await open()).toMatchObject({ total: 2500, amount_due: 1500, starting_balance: -1000, ending_balance: 0 });
    const { data } = await stripe.customers.listBalanceTransactions(customer);
    expect(data[0]).toMatchObject({ type: 'applied_to_invoice', amount: 1000 });
  });

  it('pays the whole of an invoice when it is enough', async () => {
    await stripe.customers.createBalanceTransaction(customer, { amount: -3000, currency: 'usd' });
    expect(await open()).toMatchObject({ status: 'paid', amount_due: 0, ending_balance: -500 });
  });

  it('that is owed is on the next invoice', async () => {
    await stripe.customers.createBalanceTransaction(customer, { amount: 400, currency: 'usd' });
    expect(await open()).toMatchObject({ total: 2500, amount_due: 2900 });
  });

  it('changes neither amount nor currency of its transactions', async () => {
    const { id } = await stripe.customers.createBalanceTransaction(customer, { amount: -500, currency: 'usd' });
    const changed = await stripe.customers.updateBalanceTransaction(customer, id, { description: 'Sorry' });
    expect(changed).toMatchObject({ amount: -500, description: 'Sorry' });
  });
});

describe('a credit note', () => {
  it('of an open invoice lowers what is left to pay', async () => {
    const { id } = await open();
    const note = await stripe.creditNotes.create({ invoice: id, amount: 500, reason: 'order_change' });
    expect(note).toMatchObject({ amount: 500, status: 'issued', type: 'pre_payment', reason: 'order_change' });
    expect(await stripe.invoices.retrieve(id)).toMatchObject({
      amount_remaining: 2000,
      pre_payment_credit_notes_amount: 500,
    });
  });

  it('of all of an open invoice leaves it paid', async () => {
    const { id } = await open();
    await stripe.creditNotes.create({ invoice: id, amount: 2500 });
    expect((await stripe.invoices.retrieve(id)).status).toBe('paid');
  });

  it('of a paid invoice gives credit to the customer', async () => {
    const { id } = await paid();
    const note = await stripe.creditNotes.create({ invoice: id, amount: 700, credit_amount: 700 });
    expect(note.type).toBe('post_payment');
    expect(await balance()).toBe(-700);
    expect((await stripe.invoices.retrieve(id)).post_payment_credit_notes_amount).toBe(700);
  });

  it('of a paid invoice refunds the charge', async () => {
    const { id } = await paid();
    const note = await stripe.creditNotes.create({ invoice: id, amount: 700, refund_amount: 700 });
    const refund = await stripe.refunds.retrieve(note.refunds[0]!.refund as string);
    expect(refund).toMatchObject({ amount: 700, status: 'succeeded' });
  });

  it('of a paid invoice says where the whole amount goes', async () => {
    const { id } = await paid();
    const refused = stripe.creditNotes.create({ invoice: id, amount: 700, credit_amount: 500 });
    expect(await failure(refused)).toMatchObject({ statusCode: 400 });
  });

  it('is not more than the invoice', async () => {
    const { id } = await open();
    expect(await failure(stripe.creditNotes.create({ invoice: id, amount: 2501 }))).toMatchObject({ statusCode: 400 });
  });

  it('is not for a draft', async () => {
    const { id } = await draft();
    expect(await failure(stripe.creditNotes.create({ invoice: id, amount: 1 }))).toMatchObject({ statusCode: 400 });
  });

  it('is previewed without being made', async () => {
    const { id } = await open();
    expect(await stripe.creditNotes.preview({ invoice: id, amount: 500 })).toMatchObject({ amount: 500 });
    expect((await stripe.creditNotes.list({ invoice: id })).data).toHaveLength(0);
  });

  it('numbers itself after its invoice', async () => {
    const { id, number } = await open();
    const note = await stripe.creditNotes.create({ invoice: id, amount: 500 });
    expect(note.number).toBe(`${number}-CN-01`);
  });
});
