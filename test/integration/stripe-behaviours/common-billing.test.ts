import type Stripe from 'stripe';
import { customerWithCard, failure, startStripe, type RunningStripe } from '../../support/stripe';
import {
  eventsAbout,
  latestInvoice,
  noonOf,
  onClock,
  pendingOf,
  priced,
  START,
  subscribed,
} from '../../support/stripe-billing';

/** What most applications meet when they bill: what the documentation says, and what Stripe’s test mode answers. */
let running: RunningStripe;
let stripe: Stripe;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
});
afterAll(() => running.close());

async function drafted(
  amount = 900,
  given: Partial<Stripe.InvoiceCreateParams> = {},
  customer?: string,
): Promise<Stripe.Invoice> {
  const who = customer ?? (await customerWithCard(stripe, { email: 'jenny@example.com' }));
  const { id } = await stripe.invoices.create({ customer: who, ...given });
  await stripe.invoiceItems.create({ customer: who, invoice: id, amount, currency: 'usd' });
  return stripe.invoices.retrieve(id);
}

const opened = async (given: Partial<Stripe.InvoiceCreateParams> = {}): Promise<Stripe.Invoice> =>
  stripe.invoices.finalizeInvoice((await drafted(900, given)).id);

describe('a draft', () => {
  it('that advances says when it becomes final, and when it is charged', async () => {
    const { created, ...draft } = await drafted(900, { auto_advance: true });
    expect(draft).toMatchObject({ automatically_finalizes_at: created + 3600, next_payment_attempt: created + 3600 });
    const halted = await stripe.invoices.update(draft.id, { auto_advance: false });
    expect(halted).toMatchObject({ automatically_finalizes_at: null, next_payment_attempt: null });
    const sent = await drafted(900, { auto_advance: true, collection_method: 'send_invoice', days_until_due: 3 });
    expect(sent).toMatchObject({ automatically_finalizes_at: sent.created + 3600, next_payment_attempt: null });
  });

  it('of a renewal is charged after an hour, which it says', async () => {
    const { subscription, advance } = await subscribed(stripe);
    await advance(noonOf(2, 1));
    const [draft] = (await stripe.invoices.list({ subscription: subscription.id })).data;
    expect(draft).toMatchObject({ status: 'draft', next_payment_attempt: noonOf(2, 1) + 3600 });
    await advance(noonOf(2, 1) + 3600);
    expect(await stripe.invoices.retrieve(draft!.id)).toMatchObject({ status: 'paid', next_payment_attempt: null });
  });

  it('that is made final by hand is charged when it would have been', async () => {
    const { customer, advance } = await onClock(stripe);
    const draft = await drafted(900, { auto_advance: true }, customer);
    await advance(START + 600);
    const { next_payment_attempt: next } = await stripe.invoices.finalizeInvoice(draft.id);
    expect(next).toBe(START + 3600);
    await advance(START + 3600);
    expect((await stripe.invoices.retrieve(draft.id)).status).toBe('paid');
  });
});

describe('an invoice is refused', () => {
  it('for a customer without an email address, where it is to be sent', async () => {
    const customer = await customerWithCard(stripe);
    const sent = { customer, collection_method: 'send_invoice', days_until_due: 3 } as const;
    const message =
      'Missing email. In order to create invoices that are sent to the customer, the customer must have a valid email.';
    expect(await failure(stripe.invoices.create(sent))).toMatchObject({ statusCode: 400, message });
    const items = [{ price: await priced(stripe) }];
    expect(await failure(stripe.subscriptions.create({ ...sent, items }))).toMatchObject({ statusCode: 400, message });
  });

  it('without a due date where it is sent, and with one where it is not', async () => {
    const customer = await customerWithCard(stripe, { email: 'jenny@example.com' });
    expect(await failure(stripe.invoices.create({ customer, collection_method: 'send_invoice' }))).toMatchObject({
      message: "If invoice collection method is 'send_invoice', you must specify 'due_date' or 'days_until_due'.",
    });
    expect(await failure(stripe.invoices.create({ customer, days_until_due: 3 }))).toMatchObject({
      message: "You can only specify 'due_date' or 'days_until_due' if invoice collection method is 'send_invoice'.",
    });
  });

  it.each([
    ['final', 'finalizeInvoice', "This invoice is already finalized, you can't re-finalize a non-draft invoice."],
    ['deleted', 'del', 'You can only delete draft invoices.'],
  ] as const)('to be %s again once it is final', async (_what, name, message) => {
    const { id } = await opened();
    expect(await failure(stripe.invoices[name](id))).toMatchObject({ statusCode: 400, message });
  });

  it('to end where it has ended, or is a draft', async () => {
    const draft = await drafted();
    const message = "You can only pass in open invoices. This invoice isn't open.";
    expect(await failure(stripe.invoices.voidInvoice(draft.id))).toMatchObject({ message });
    await stripe.invoices.pay(draft.id);
    expect(await failure(stripe.invoices.voidInvoice(draft.id))).toMatchObject({
      message: 'Invoices with `paid` payments cannot be voided.',
    });
    expect((await failure(stripe.invoices.sendInvoice(draft.id))).message).toMatch(
      /^This invoice cannot be sent right/,
    );
    const { id } = await opened();
    await stripe.invoices.markUncollectible(id);
    expect(await failure(stripe.invoices.markUncollectible(id))).toMatchObject({
      message: 'This invoice has already been marked uncollectible.',
    });
  });

  it('other lines once it is final, and lines with an amount and a quantity', async () => {
    const { id, customer } = await opened();
    const message = 'Invalid invoice: This invoice is no longer editable';
    const lines = [{ amount: 5, description: 'Work' }];
    const item = { customer: customer as string, invoice: id, amount: 5, currency: 'usd' };
    for (const work of [stripe.invoices.addLines(id, { lines }), stripe.invoiceItems.create(item)]) {
      expect(await failure(work)).toMatchObject({ code: 'invoice_not_editable', message });
    }
    const draft = await drafted();
    const both = stripe.invoices.addLines(draft.id, { lines: [{ ...lines[0]!, quantity: 2 }] });
    expect(await failure(both)).toMatchObject({ param: 'lines[0][amount]' });
  });

  it('to be paid where there is nothing to pay it with', async () => {
    const { id: customer } = await stripe.customers.create();
    const { id } = await drafted(900, {}, customer);
    expect(await failure(stripe.invoices.pay(id))).toMatchObject({
      statusCode: 400,
      message: 'There is no `default_payment_method` set on this Customer or Invoice.',
    });
  });
});

it('an invoice that is paid elsewhere was not attempted, and says so to old versions', async () => {
  const { id } = await opened();
  expect(await stripe.invoices.pay(id, { paid_out_of_band: true })).toMatchObject({ status: 'paid', attempted: false });
  const old = running.client({ apiVersion: '2024-06-20' as never });
  expect(await old.invoices.retrieve(id)).toMatchObject({ paid: true, paid_out_of_band: true, charge: null });
  const { id: charged } = await opened();
  await stripe.invoices.pay(charged);
  expect(await old.invoices.retrieve(charged)).toMatchObject({ paid: true, paid_out_of_band: false });
});

describe('a subscription', () => {
  it('is not made of a product that is no longer sold, and keeps what it has of one', async () => {
    const { id: product } = await stripe.products.create({ name: 'Old' });
    const price = await priced(stripe, { product, product_data: undefined as never });
    const { subscription, customer, item } = await subscribed(stripe, { items: [{ price }] });
    await stripe.products.update(product, { active: false });
    const message = `The product ${product} is marked as inactive, and thus no new subscriptions can be create to any plans of this product. You provided the plan ${price}.`;
    const anew = stripe.subscriptions.create({ customer, items: [{ price }] });
    expect(await failure(anew)).toMatchObject({ statusCode: 400, message });
    const more = await stripe.subscriptions.update(subscription.id, { items: [{ id: item, quantity: 2 }] });
    expect(more.items.data[0]!.quantity).toBe(2);
    const { subscription: other, item: changed } = await subscribed(stripe);
    const swapped = stripe.subscriptions.update(other.id, { items: [{ id: changed, price }] });
    expect(await failure(swapped)).toMatchObject({ message });
  });

  it('tells why it ends only when it is to end', async () => {
    const { subscription } = await subscribed(stripe);
    const cancellation_details = { comment: 'Too dear', feedback: 'too_expensive' } as const;
    expect(await failure(stripe.subscriptions.update(subscription.id, { cancellation_details }))).toMatchObject({
      statusCode: 400,
      message: '`cancellation_details` can only be set on subscriptions that are set to cancel.',
    });
    const ending = { cancel_at_period_end: true, cancellation_details };
    expect(await stripe.subscriptions.update(subscription.id, ending)).toMatchObject({ cancellation_details });
    const changed = await stripe.subscriptions.update(subscription.id, { cancellation_details: { comment: 'No' } });
    expect(changed.cancellation_details).toMatchObject({ comment: 'No', feedback: 'too_expensive' });
  });

  it('that is to be paid at once is not made, or changed, with a card that has to be authenticated', async () => {
    const { customer, subscription, item } = await subscribed(stripe);
    const { id: card } = await stripe.paymentMethods.attach('pm_card_authenticationRequired', { customer });
    await stripe.customers.update(customer, { invoice_settings: { default_payment_method: card } });
    const refused = { statusCode: 402, rawType: 'card_error', code: 'subscription_payment_intent_requires_action' };
    const items = [{ price: await priced(stripe, { unit_amount: 5000 }) }];
    const payment_behavior = 'error_if_incomplete';
    const made = stripe.subscriptions.create({ customer, items, payment_behavior });
    expect(await failure(made)).toMatchObject(refused);
    const changed = stripe.subscriptions.update(subscription.id, {
      items: [{ id: item, ...items[0]! }],
      payment_behavior,
      proration_behavior: 'always_invoice',
    });
    expect(await failure(changed)).toMatchObject(refused);
    expect((await stripe.subscriptions.list({ customer })).data.map(({ id }) => id)).toEqual([subscription.id]);
  });

  it('whose first payment has to be authenticated was attempted, and counts none yet', async () => {
    const { id: customer } = await stripe.customers.create();
    const { id: card } = await stripe.paymentMethods.attach('pm_card_authenticationRequired', { customer });
    const made = await stripe.subscriptions.create({
      customer,
      items: [{ price: await priced(stripe) }],
      default_payment_method: card,
      expand: ['latest_invoice'],
    });
    expect(made.status).toBe('incomplete');
    expect(latestInvoice(made)).toMatchObject({ attempted: true, attempt_count: 0, next_payment_attempt: null });
  });

  it('cannot be made with a change that waits', async () => {
    const customer = await customerWithCard(stripe);
    const items = [{ price: await priced(stripe) }];
    const made = stripe.subscriptions.create({ customer, items, payment_behavior: 'pending_if_incomplete' });
    expect(await failure(made)).toMatchObject({ statusCode: 400, param: 'payment_behavior' });
  });

  it('rounds half a cent of a proration down', async () => {
    const { subscription, customer, item, advance } = await subscribed(stripe, {
      items: [{ price: await priced(stripe, { unit_amount: 1001 }) }],
    });
    await advance(START + (noonOf(2, 1) - START) / 2);
    const price = await priced(stripe, { unit_amount: 2003 });
    await stripe.subscriptions.update(subscription.id, { items: [{ id: item, price }] });
    const amounts = (await pendingOf(stripe, customer)).map(({ amount }) => amount);
    expect(amounts.sort((one, other) => one - other)).toEqual([-501, 1001]);
  });

  it('that was canceled takes no items, and cannot be resumed', async () => {
    const { subscription } = await subscribed(stripe);
    expect(await failure(stripe.subscriptions.resume(subscription.id))).toMatchObject({
      message: 'You can only resume a subscription if it is `paused`.',
    });
    await stripe.subscriptions.cancel(subscription.id);
    const added = stripe.subscriptionItems.create({ subscription: subscription.id, price: await priced(stripe) });
    expect(await failure(added)).toMatchObject({ statusCode: 404, code: 'resource_missing', param: 'subscription' });
  });

  it('goes down at the end of its period by a schedule that is made from it', async () => {
    const { subscription, advance } = await subscribed(stripe, {
      items: [{ price: await priced(stripe, { unit_amount: 2000 }) }],
    });
    const { id, phases } = await stripe.subscriptionSchedules.create({ from_subscription: subscription.id });
    const [{ start_date, end_date }] = phases as [Stripe.SubscriptionSchedule.Phase];
    const price = await priced(stripe, { unit_amount: 500 });
    await stripe.subscriptionSchedules.update(id, {
      phases: [
        { items: [{ price: subscription.items.data[0]!.price.id }], start_date, end_date },
        { items: [{ price }], duration: { interval: 'month', interval_count: 1 } },
      ],
    });
    await advance(noonOf(2, 1) + 7200);
    const lower = await stripe.subscriptions.retrieve(subscription.id, { expand: ['latest_invoice'] });
    expect(latestInvoice(lower)).toMatchObject({ total: 500, status: 'paid' });
  });

  it('has its metadata on its invoices as it was then, and tells of each name that changed', async () => {
    const { subscription } = await subscribed(stripe, { metadata: { a: '1', b: '2' }, expand: ['latest_invoice'] });
    const invoice = latestInvoice(subscription);
    expect(invoice.parent!.subscription_details!.metadata).toEqual({ a: '1', b: '2' });
    expect(invoice.lines.data[0]!.metadata).toEqual({ a: '1', b: '2' });
    await stripe.subscriptions.update(subscription.id, { metadata: { a: '', c: '3' } });
    const changed = (await eventsAbout(stripe, subscription.id)).at(-1)!;
    expect(changed.data.previous_attributes).toEqual({ metadata: { a: '1', c: null } });
  });
});

describe('an item of a subscription', () => {
  it('that is gone is told apart from one that never was there', async () => {
    const { subscription, item } = await subscribed(stripe);
    const price = await priced(stripe, { unit_amount: 500 });
    const added = await stripe.subscriptionItems.create({ subscription: subscription.id, price });
    await stripe.subscriptionItems.del(added.id);
    const gone = await failure(stripe.subscriptionItems.retrieve(added.id));
    expect(gone).toMatchObject({ statusCode: 404, message: `Invalid subscription_item id: ${added.id}` });
    expect(gone.code).toBeUndefined();
    const again = stripe.subscriptions.update(subscription.id, { items: [{ id: added.id, quantity: 2 }] });
    expect(await failure(again)).toMatchObject({
      statusCode: 400,
      message: `No subscription item with this ID (${added.id}) on the subscription.`,
    });
    expect((await failure(stripe.subscriptionItems.del(item))).message).toBe(
      'A subscription must have at least one active plan. To cancel a subscription, please use the cancel API endpoint on /v1/subscriptions.',
    );
  });

  it('is one of twenty', async () => {
    const prices = await Promise.all(Array.from({ length: 21 }, () => priced(stripe)));
    const { subscription, customer } = await subscribed(stripe, {
      items: prices.slice(0, 20).map((price) => ({ price })),
    });
    const more = stripe.subscriptionItems.create({ subscription: subscription.id, price: prices[20]! });
    expect(await failure(more)).toMatchObject({
      statusCode: 400,
      message: `Customer ${customer} already has the maximum 20 items per subscription`,
    });
  });
});

it('a subscription has one schedule, which the refusal of another names', async () => {
  const { subscription } = await subscribed(stripe);
  const { id } = await stripe.subscriptionSchedules.create({ from_subscription: subscription.id });
  expect(await failure(stripe.subscriptionSchedules.create({ from_subscription: subscription.id }))).toMatchObject({
    statusCode: 400,
    message: `You cannot migrate a subscription that is already attached to a schedule: \`${id}\`.`,
  });
});

it('a credit note says in money what does not add up, and is not void once its invoice is paid', async () => {
  const { id } = await drafted(2000);
  await stripe.invoices.pay(id);
  const little = stripe.creditNotes.create({ invoice: id, amount: 200, refund_amount: 100 });
  expect((await failure(little)).message).toBe(
    'The sum of credit amount, refund amount and out of band amount ($1.00) must equal the credit note amount ($2.00).',
  );
  const note = await stripe.creditNotes.create({ invoice: id, amount: 200, refund_amount: 200 });
  expect((await failure(stripe.creditNotes.voidCreditNote(note.id))).message).toBe(
    'You can only void a credit note if the associated invoice is open.',
  );
});

it('a promotion code for larger purchases says so', async () => {
  const { id: coupon } = await stripe.coupons.create({ percent_off: 5, duration: 'once' });
  const { id: promotion_code } = await stripe.promotionCodes.create({
    promotion: { type: 'coupon', coupon },
    restrictions: { minimum_amount: 5000, minimum_amount_currency: 'usd' },
  });
  expect(await failure(subscribed(stripe, { discounts: [{ promotion_code }] }))).toMatchObject({
    message:
      'This promotion code cannot be redeemed because the associated purchase does not meet the minimum amount requirement.',
    param: 'discounts[0][promotion_code]',
  });
});

it('a coupon has a name of at most 40 characters', async () => {
  const given = { percent_off: 5, duration: 'once' } as const;
  const refused = { statusCode: 400, param: 'name' };
  const name = 'x'.repeat(41);
  expect(await failure(stripe.coupons.create({ ...given, name }))).toMatchObject(refused);
  const { id } = await stripe.coupons.create({ ...given, name: 'x'.repeat(40) });
  expect(await failure(stripe.coupons.update(id, { name }))).toMatchObject(refused);
});

it('what a customer may choose to pay does not recur', async () => {
  const given = { currency: 'usd', product_data: { name: 'Tip' }, custom_unit_amount: { enabled: true as const } };
  const recurs = stripe.prices.create({ ...given, recurring: { interval: 'month' } });
  expect(await failure(recurs)).toMatchObject({ statusCode: 400, param: 'custom_unit_amount' });
});
