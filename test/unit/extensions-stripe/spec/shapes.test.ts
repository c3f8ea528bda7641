import { shapeFile } from '../../../../extensions/stripe/src/spec/files';
import { blank, fieldOf, ID_PREFIXES, sample } from '../../../../extensions/stripe/src/spec/shapes';
import { loadSpec, loadSpec2 } from '../../../../extensions/stripe/src/spec/spec';

const KINDS = Object.keys(shapeFile().kinds);
const OPERATIONS = [...loadSpec().operations, ...loadSpec2().operations];
const ANSWERED = [...new Set(OPERATIONS.map(({ result }) => result))].filter((kind) => kind !== '');

test('every object that an operation answers has a shape', () => {
  expect(ANSWERED.filter((kind) => !KINDS.includes(kind))).toEqual([]);
});

test('every object with an identifier has a prefix, except those whose identifiers are names, codes or absent', () => {
  const without = KINDS.filter((kind) => fieldOf(kind, 'id') !== undefined && !(kind in ID_PREFIXES));

  expect(without.sort()).toEqual(['country_spec', 'exchange_rate', 'reporting.report_type', 'tax_code']);
});

describe('a blank object', () => {
  test.each(KINDS)('%s names its kind and is fresh each time', (kind) => {
    const made = blank(kind);
    made['object'] = 'changed';

    expect(blank(kind)['object']).toBe(kind);
  });

  test('holds what has to be there, as empty as it can be', () => {
    expect(blank('refund')).toMatchObject({
      id: '',
      object: 'refund',
      amount: 0,
      balance_transaction: null,
      currency: '',
      metadata: {},
      reason: null,
    });
    expect(blank('customer')).toMatchObject({ livemode: false, email: null, invoice_settings: { footer: null } });
  });

  test('leaves out what may be absent, and what comes only when asked for', () => {
    expect(blank('customer')).not.toHaveProperty('sources');
    expect(blank('price')).not.toHaveProperty('tiers');
    expect(blank('charge')).not.toHaveProperty('refunds');
  });

  test('holds required objects and lists likewise', () => {
    expect(blank('subscription')).toMatchObject({ items: { object: 'list', data: [], has_more: false } });
    expect(blank('subscription_item')).toMatchObject({ price: { object: 'price', metadata: {} } });
  });
});

describe('a sample', () => {
  test.each(ANSWERED)('of %s is JSON with the identifier that was given', (kind) => {
    const made = sample(kind, { id: 'xyz_123', created: 1_700_000_000 });

    expect(JSON.parse(JSON.stringify(made))).toEqual(made);
    expect(made['object']).toBe(kind);
    if (fieldOf(kind, 'id') !== undefined) expect(made['id']).toBe('xyz_123');
    if ('created' in made && !kind.startsWith('v2.')) expect(made['created']).toBe(1_700_000_000);
  });

  test('has identifiers of the right kind', () => {
    expect(sample('refund', { id: 're_9', created: 1 })).toMatchObject({ id: 're_9', currency: 'usd' });
    expect(sample('invoiceitem', { id: 'ii_9', created: 1 })).toMatchObject({ customer: 'cus_9' });
  });
});

describe('a field', () => {
  test('that holds an identifier can be expanded to an object of its kinds', () => {
    expect(fieldOf('payment_intent', 'latest_charge')).toMatchObject({ expandable: true, kinds: ['charge'] });
    expect(fieldOf('customer', 'default_source')).toMatchObject({
      expandable: true,
      kinds: expect.arrayContaining(['card', 'bank_account', 'source']) as unknown,
    });
  });

  test('that is absent unless asked for can be included', () => {
    expect(fieldOf('customer', 'sources')).toMatchObject({ includable: true, expandable: false });
    expect(fieldOf('customer', 'subscriptions')).toMatchObject({ includable: true, kinds: ['subscription'] });
    expect(fieldOf('checkout.session', 'line_items')).toMatchObject({ includable: true, kinds: ['item'] });
    expect(fieldOf('price', 'tiers')?.includable).toBe(true);
    expect(fieldOf('invoice', 'payments')).toMatchObject({ includable: true, kinds: ['invoice_payment'] });
  });

  test('of a nested object is reached through it', () => {
    const [settings = ''] = fieldOf('customer', 'invoice_settings')?.kinds ?? [];

    expect(fieldOf(settings, 'default_payment_method')).toMatchObject({ expandable: true, kinds: ['payment_method'] });
    expect(fieldOf(settings, 'footer')).toEqual({ expandable: false, includable: false, isList: false, kinds: [] });
  });

  test.each([
    ['customer', 'nothing'],
    ['customer', '__proto__'],
    ['customer', ''],
    ['nothing', 'id'],
    ['constructor', 'name'],
    ['#999999', 'id'],
  ])('of %j named %j does not exist', (kind, name) => {
    expect(fieldOf(kind, name)).toBeUndefined();
  });
});
