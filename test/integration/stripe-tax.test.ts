import type Stripe from 'stripe';
import { failure, startStripe, type RunningStripe } from '../support/stripe';

/** https://docs.stripe.com/tax/standalone-tax-api and https://docs.stripe.com/tax/payment-intent */
let running: RunningStripe;
let stripe: Stripe;
beforeAll(async () => {
  running = await startStripe();
  stripe = running.stripe;
  await stripe.tax.settings.update({
    defaults: { tax_behavior: 'exclusive' },
    head_office: { address: { country: 'DE' } },
  });
  await stripe.tax.registrations.create({
    country: 'DE',
    country_options: { de: { type: 'standard', standard: { place_of_supply_scheme: 'standard' } } },
    active_from: 'now',
  });
  await stripe.tax.registrations.create({
    country: 'US',
    country_options: { us: { state: 'CA', type: 'state_sales_tax' } },
    active_from: 'now',
  });
});
afterAll(() => running.close());

const GERMANY = { address: { country: 'DE', postal_code: '10115' }, address_source: 'billing' } as const;
const DAY = 24 * 3600;

type Given = Partial<Stripe.Tax.CalculationCreateParams>;
const calculate = (given: Given = {}): Promise<Stripe.Tax.Calculation> =>
  stripe.tax.calculations.create({
    currency: 'eur',
    line_items: [{ amount: 1000, reference: 'book' }],
    ...(given.customer === undefined && { customer_details: GERMANY }),
    ...given,
  });

let sold = 0;
const sell = async (given: Given = {}): Promise<Stripe.Tax.Transaction> => {
  const { id } = await calculate(given);
  return stripe.tax.transactions.createFromCalculation({
    calculation: id!,
    reference: `order ${++sold}`,
    expand: ['line_items'],
  });
};

describe('a tax calculation', () => {
  it('adds the rate of the country on top of each line', async () => {
    const calculation = await calculate({
      line_items: [{ amount: 1000, reference: 'book' }, { amount: 333 }],
      expand: ['line_items', 'line_items.data.tax_breakdown'],
    });
    expect(calculation).toMatchObject({
      object: 'tax.calculation',
      amount_total: 1586,
      tax_amount_exclusive: 253,
      tax_amount_inclusive: 0,
      customer_details: {
        address: { country: 'DE', city: null },
        address_source: 'billing',
        taxability_override: 'none',
      },
      shipping_cost: null,
      tax_breakdown: [
        {
          amount: 253,
          inclusive: false,
          tax_rate_details: { country: 'DE', percentage_decimal: '19', rate_type: 'percentage', tax_type: 'vat' },
          taxability_reason: 'standard_rated',
          taxable_amount: 1333,
        },
      ],
    });
    expect(calculation.line_items!.data).toMatchObject([
      { amount: 1000, amount_tax: 190, reference: 'book', quantity: 1, tax_behavior: 'exclusive' },
      {
        amount: 333,
        amount_tax: 63,
        reference: 'L2',
        tax_breakdown: [{ amount: 63, jurisdiction: { country: 'DE' } }],
      },
    ]);
    expect(calculation.expires_at! - calculation.tax_date).toBe(90 * DAY);
  });

  it('takes the tax out of amounts that include it, shipping too', async () => {
    const calculation = await calculate({
      line_items: [{ amount: 1190, tax_behavior: 'inclusive' }],
      shipping_cost: { amount: 119, tax_behavior: 'inclusive' },
    });
    expect(calculation).toMatchObject({
      amount_total: 1309,
      tax_amount_exclusive: 0,
      tax_amount_inclusive: 209,
      shipping_cost: { amount: 119, amount_tax: 19, tax_code: 'txcd_92010001' },
    });
    expect(calculation.line_items).toBeUndefined();
  });

  it('ships at a shipping rate', async () => {
    const { id } = await stripe.shippingRates.create({
      display_name: 'Post',
      type: 'fixed_amount',
      fixed_amount: { amount: 500, currency: 'eur' },
    });
    const { shipping_cost } = await calculate({ shipping_cost: { shipping_rate: id } });
    expect(shipping_cost).toMatchObject({ amount: 500, amount_tax: 95, shipping_rate: id });
    const both = calculate({ shipping_cost: { shipping_rate: id, amount: 1 } });
    expect(await failure(both)).toMatchObject({ statusCode: 400, param: 'shipping_cost[shipping_rate]' });
  });

  it('collects nothing where there is no registration', async () => {
    const calculation = await calculate({
      customer_details: { address: { country: 'FR' }, address_source: 'billing' },
    });
    expect(calculation).toMatchObject({
      amount_total: 1000,
      tax_amount_exclusive: 0,
      tax_breakdown: [
        { amount: 0, taxability_reason: 'not_collecting', tax_rate_details: { percentage_decimal: '0.0' } },
      ],
    });
  });

  it('knows states', async () => {
    const { tax_breakdown } = await calculate({
      currency: 'usd',
      customer_details: { address: { country: 'US', state: 'CA', postal_code: '94080' }, address_source: 'shipping' },
    });
    expect(tax_breakdown).toMatchObject([
      { amount: 73, tax_rate_details: { state: 'CA', percentage_decimal: '7.25', tax_type: 'sales_tax' } },
    ]);
  });

  it('knows the state by the postal code', async () => {
    const at = (address: { country: string; postal_code: string }): Promise<Stripe.Tax.Calculation> =>
      calculate({ currency: 'usd', customer_details: { address, address_source: 'shipping' } });
    expect(await at({ country: 'US', postal_code: '94080' })).toMatchObject({
      tax_amount_exclusive: 73,
      tax_breakdown: [{ tax_rate_details: { state: 'CA' }, taxability_reason: 'standard_rated' }],
    });
    expect(await at({ country: 'US', postal_code: '73301-0001' })).toMatchObject({
      tax_breakdown: [{ tax_rate_details: { state: 'TX' }, taxability_reason: 'not_collecting' }],
    });
    expect(await at({ country: 'CA', postal_code: 'V6B 1A1' })).toMatchObject({
      tax_breakdown: [{ tax_rate_details: { state: 'BC' } }],
    });
  });

  it('takes the address, the tax ids and the exemption of a customer', async () => {
    const { id } = await stripe.customers.create({
      address: { country: 'DE' },
      tax_exempt: 'reverse',
      tax_id_data: [{ type: 'eu_vat', value: 'DE123456789' }],
    });
    expect(await calculate({ customer: id })).toMatchObject({
      customer: id,
      customer_details: {
        address_source: 'billing',
        taxability_override: 'reverse_charge',
        tax_ids: [{ type: 'eu_vat', value: 'DE123456789' }],
      },
      tax_amount_exclusive: 0,
      tax_breakdown: [{ taxability_reason: 'reverse_charge' }],
    });
  });

  it('leaves the tax to a business in another country of the European Union', async () => {
    await stripe.tax.registrations.create({
      country: 'AT',
      country_options: { at: { type: 'standard', standard: { place_of_supply_scheme: 'standard' } } },
      active_from: 'now',
    });
    const customer_details = { address: { country: 'AT' }, address_source: 'billing' } as const;
    const tax_ids = [{ type: 'eu_vat' as const, value: 'ATU12345678' }];
    expect(await calculate({ customer_details })).toMatchObject({ tax_amount_exclusive: 200 });
    expect(await calculate({ customer_details: { ...customer_details, tax_ids } })).toMatchObject({
      tax_amount_exclusive: 0,
      tax_breakdown: [{ taxability_reason: 'reverse_charge' }],
    });
  });

  it('uses the tax code of the product, and taxes nothing that is not taxable', async () => {
    const { id } = await stripe.products.create({ name: 'Gift', tax_code: 'txcd_00000000' });
    const calculation = await calculate({ line_items: [{ amount: 1000, product: id }] });
    expect(calculation).toMatchObject({
      tax_amount_exclusive: 0,
      tax_breakdown: [{ taxability_reason: 'product_exempt' }],
    });
    const { data } = await stripe.tax.calculations.listLineItems(calculation.id!);
    expect(data).toMatchObject([{ product: id, tax_code: 'txcd_00000000' }]);
  });

  it('taxes what happens somewhere at that place', async () => {
    const hall = await stripe.tax.locations.create({ type: 'performance', address: { country: 'DE' } });
    const customer_details = { address: { country: 'FR' }, address_source: 'billing' } as const;
    const line_items = [{ amount: 1000, performance_location: hall.id }];
    expect(await calculate({ customer_details, line_items })).toMatchObject({ tax_amount_exclusive: 190 });
    expect((await stripe.tax.locations.list({ type: 'performance' })).data).toEqual([hall]);
    expect(await stripe.tax.locations.retrieve(hall.id)).toEqual(hall);
  });

  it('is refused where it cannot be', async () => {
    const address = { country: 'US' };
    expect(await failure(calculate({ customer_details: { address, address_source: 'billing' } }))).toMatchObject({
      statusCode: 400,
      code: 'customer_tax_location_invalid',
      param: 'customer_details[address]',
    });
    const refused: [Given, object][] = [
      [{ customer: 'cus_none' }, { code: 'resource_missing', param: 'customer' }],
      [{ customer_details: undefined }, { code: 'parameter_missing', param: 'customer_details' }],
      [{ line_items: [{ amount: -1 }] }, { param: 'line_items[0][amount]' }],
      [
        {
          line_items: [
            { amount: 1, reference: 'a' },
            { amount: 1, reference: 'a' },
          ],
        },
        { param: 'line_items' },
      ],
      [{ line_items: [{ amount: 1, product: 'prod_none' }] }, { code: 'resource_missing' }],
      [{ line_items: [{ amount: 1, tax_code: 'none' }] }, { param: 'line_items[0][tax_code]' }],
      [{ tax_date: 1 }, { param: 'tax_date' }],
    ];
    for (const [given, error] of refused)
      expect(await failure(calculate(given))).toMatchObject({ statusCode: 400, ...error });
    expect(await failure(stripe.tax.calculations.retrieve('taxcalc_none'))).toMatchObject({ statusCode: 404 });
  });
});

describe('a tax transaction', () => {
  it('records a sale once', async () => {
    const { id } = await calculate({ shipping_cost: { amount: 100 } });
    const given = { calculation: id!, reference: 'first', metadata: { order: '1' } };
    const transaction = await stripe.tax.transactions.createFromCalculation({ ...given, expand: ['line_items'] });
    expect(transaction).toMatchObject({
      type: 'transaction',
      reference: 'first',
      metadata: { order: '1' },
      reversal: null,
      shipping_cost: { amount: 100, amount_tax: 19 },
      line_items: { data: [{ amount: 1000, amount_tax: 190, reference: 'book', type: 'transaction', reversal: null }] },
    });
    const { line_items: lines, ...shown } = transaction;
    expect(await stripe.tax.transactions.retrieve(transaction.id)).toEqual(shown);
    expect((await stripe.tax.transactions.listLineItems(transaction.id)).data).toEqual(lines!.data);

    const again = (reference: string): Promise<unknown> =>
      stripe.tax.transactions.createFromCalculation({ calculation: id!, reference });
    expect(await failure(again('first'))).toMatchObject({ code: 'resource_already_exists', param: 'reference' });
    expect(await failure(again('other'))).toMatchObject({ statusCode: 400, param: 'calculation' });
  });

  it('is not made of a calculation that is too old', async () => {
    const { id } = await calculate();
    await running.platform.clock.advance(91 * DAY * 1000);
    const late = stripe.tax.transactions.createFromCalculation({ calculation: id!, reference: 'late' });
    expect(await failure(late)).toMatchObject({ statusCode: 400, param: 'calculation' });
    expect(await failure(stripe.tax.calculations.retrieve(id!))).toMatchObject({ statusCode: 404 });
  });

  const reverse = (
    original: string,
    given: Partial<Stripe.Tax.TransactionCreateReversalParams>,
  ): Promise<Stripe.Tax.Transaction> =>
    stripe.tax.transactions.createReversal({
      mode: 'partial',
      original_transaction: original,
      reference: `refund ${++sold}`,
      expand: ['line_items'],
      ...given,
    });

  it('is reversed in full, and once', async () => {
    const sale = await sell({ shipping_cost: { amount: 100 } });
    const reversal = await reverse(sale.id, { mode: 'full' });
    expect(reversal).toMatchObject({
      type: 'reversal',
      reversal: { original_transaction: sale.id },
      shipping_cost: { amount: -100, amount_tax: -19 },
      line_items: {
        data: [{ amount: -1000, amount_tax: -190, reversal: { original_line_item: sale.line_items!.data[0]!.id } }],
      },
    });
    expect(await failure(reverse(sale.id, { mode: 'full' }))).toMatchObject({ param: 'original_transaction' });
  });

  it('is reversed line by line, as far as something is left, and a reversal can be undone', async () => {
    const sale = await sell();
    const line = sale.line_items!.data[0]!.id;
    const part = { original_line_item: line, amount: -600, amount_tax: -114, reference: 'half' };
    const first = await reverse(sale.id, { line_items: [part] });
    expect(first.line_items!.data).toMatchObject([{ amount: -600, amount_tax: -114, reference: 'half' }]);
    expect(await failure(reverse(sale.id, { line_items: [part] }))).toMatchObject({ param: 'line_items[0][amount]' });
    await reverse(first.id, { mode: 'full' });
    await reverse(sale.id, { line_items: [part] });
    const rest = await reverse(sale.id, { mode: 'full' });
    expect(rest.line_items!.data).toMatchObject([{ amount: -400, amount_tax: -76 }]);
  });

  it('is reversed by an amount that is shared out', async () => {
    const sale = await sell({ line_items: [{ amount: 1000 }, { amount: 500 }], shipping_cost: { amount: 500 } });
    const reversal = await reverse(sale.id, { flat_amount: -1190 });
    const { data } = reversal.line_items!;
    expect(data).toMatchObject([
      { amount: -500, amount_tax: -95 },
      { amount: -250, amount_tax: -48 },
    ]);
    const sum = [...data, reversal.shipping_cost!].reduce((all, each) => all + each.amount + each.amount_tax, 0);
    expect(sum).toBe(-1190);
    expect(await failure(reverse(sale.id, { flat_amount: -1191 }))).toMatchObject({ param: 'flat_amount' });
    expect(await failure(reverse(sale.id, {}))).toMatchObject({ code: 'parameter_missing' });
    const line_items = [{ original_line_item: data[0]!.id, amount: 1, amount_tax: 0, reference: 'x' }];
    expect(await failure(reverse(sale.id, { line_items }))).toMatchObject({ code: 'resource_missing' });
  });
});

describe('a payment with a tax calculation', () => {
  it('records the sale when it succeeds, and takes back what is refunded', async () => {
    const { id, amount_total } = await calculate();
    const intent = await stripe.paymentIntents.create({
      amount: amount_total,
      currency: 'eur',
      payment_method: 'pm_card_visa',
      confirm: true,
      automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
      hooks: { inputs: { tax: { calculation: id! } } },
    });
    expect(intent.hooks).toEqual({ inputs: { tax: { calculation: id } } });
    const refund = await stripe.refunds.create({ payment_intent: intent.id, amount: 119 });
    const association = await stripe.tax.associations.find({ payment_intent: intent.id });
    expect(association).toMatchObject({
      calculation: id,
      tax_transaction_attempts: [
        { source: intent.id, status: 'committed' },
        { source: refund.id, status: 'committed' },
      ],
    });
    const [sale, back] = association.tax_transaction_attempts!.map(({ committed }) => committed!.transaction);
    expect(await stripe.tax.transactions.retrieve(sale!)).toMatchObject({ reference: intent.id });
    const { data } = await stripe.tax.transactions.listLineItems(back!);
    expect(data).toMatchObject([{ amount: -100, amount_tax: -19 }]);
  });

  it('says why the sale was not recorded', async () => {
    const { id } = await calculate();
    const { id: intent } = await stripe.paymentIntents.create({ amount: 1000, currency: 'usd' });
    expect(await failure(stripe.tax.associations.find({ payment_intent: intent }))).toMatchObject({ statusCode: 404 });
    await stripe.paymentIntents.update(intent, { hooks: { inputs: { tax: { calculation: id! } } } });
    await stripe.paymentIntents.confirm(intent, { payment_method: 'pm_card_visa', return_url: 'https://example.com' });
    expect(await stripe.tax.associations.find({ payment_intent: intent })).toMatchObject({
      tax_transaction_attempts: [{ source: intent, status: 'errored', errored: { reason: 'currency_mismatch' } }],
    });
  });
});

it('lists tax codes', async () => {
  const { data, has_more } = await stripe.taxCodes.list({ limit: 3 });
  expect(data.map(({ id }) => id)).toContain('txcd_10000000');
  expect(has_more).toBe(true);
  expect(await stripe.taxCodes.retrieve('txcd_99999999')).toMatchObject({ name: 'General - Tangible Goods' });
  expect(await failure(stripe.taxCodes.retrieve('txcd_none'))).toMatchObject({ statusCode: 404 });
});
