import { StripeError } from '../../../../extensions/stripe/src/errors';
import { parseForm } from '../../../../extensions/stripe/src/parameters/form';
import { validate, type ValidateOptions } from '../../../../extensions/stripe/src/parameters/validate';
import { loadSpec } from '../../../../extensions/stripe/src/spec/spec';

/** What an operation takes of a form. `to` is a method and a path: `POST /v1/customers`. */
function take(to: string, form: string, options?: ValidateOptions): unknown {
  const [method = '', path = ''] = to.split(' ');
  const found = loadSpec().find(method, path);
  if (found === undefined) throw new Error(`no operation ${to}`);
  return validate(found.operation, parseForm(form), options);
}

/** The error that an operation has for a form, as it is answered. */
function refusal(to: string, form: string): Record<string, unknown> {
  try {
    take(to, form);
  } catch (error) {
    if (!(error instanceof StripeError)) throw error;
    return { status: error.status, type: error.type, message: error.message, ...error.fields };
  }
  throw new Error(`${to} takes ${form}`);
}

const INVALID = { status: 400, type: 'invalid_request_error' };

describe('parameters get their types', () => {
  test.each<[string, string, object]>([
    ['POST /v1/charges', 'amount=100&currency=usd&capture=false', { amount: 100, currency: 'usd', capture: false }],
    ['POST /v1/customers', 'balance=-5', { balance: -5 }],
    ['POST /v1/customers', 'metadata[a]=1&metadata[b]=', { metadata: { a: '1', b: '' } }],
    ['POST /v1/customers/cus_1', 'metadata=&shipping=', { metadata: '', shipping: '' }],
    ['POST /v1/coupons', 'percent_off=12.5&duration=once', { percent_off: 12.5, duration: 'once' }],
    ['POST /v1/prices', 'currency=usd&unit_amount_decimal=0.10', { currency: 'usd', unit_amount_decimal: '0.10' }],
    ['GET /v1/customers', 'limit=3&created[gte]=17', { limit: 3, created: { gte: 17 } }],
    ['GET /v1/customers', 'created=17', { created: 17 }],
    ['POST /v1/subscriptions', 'customer=c&trial_end=now', { customer: 'c', trial_end: 'now' }],
    ['POST /v1/subscriptions', 'customer=c&trial_end=99', { customer: 'c', trial_end: 99 }],
    [
      'POST /v1/subscriptions',
      'customer=c&items[1][price]=b&items[0][price]=a&items[0][quantity]=2',
      { customer: 'c', items: [{ price: 'a', quantity: 2 }, { price: 'b' }] },
    ],
    [
      'POST /v1/payment_intents',
      'amount=1&currency=usd&expand[]=customer',
      { amount: 1, currency: 'usd', expand: ['customer'] },
    ],
    [
      'POST /v1/prices',
      'currency=usd&tiers[0][up_to]=inf&tiers[0][unit_amount]=1',
      { currency: 'usd', tiers: [{ up_to: 'inf', unit_amount: 1 }] },
    ],
    [
      'POST /v1/prices',
      'currency=usd&currency_options[eur][unit_amount]=7',
      { currency: 'usd', currency_options: { eur: { unit_amount: 7 } } },
    ],
    ['POST /v1/customers', 'source=tok_visa', { source: 'tok_visa' }],
    [
      'POST /v1/customers',
      'source[object]=card&source[number]=4242424242424242&source[exp_month]=01&source[exp_year]=2030',
      { source: { object: 'card', number: '4242424242424242', exp_month: 1, exp_year: 2030 } },
    ],
    ['POST /v1/customers', 'balance=-0', { balance: 0 }],
  ])('%s %s', (to, form, expected) => {
    expect(take(to, form)).toEqual(expected);
  });
});

describe('what is wrong is refused in the words of the API', () => {
  test.each<[string, string, object]>([
    [
      'POST /v1/customers',
      'foo=1',
      { message: 'Received unknown parameter: foo', code: 'parameter_unknown', param: 'foo' },
    ],
    ['POST /v1/customers', 'foo=1&bar=2', { message: 'Received unknown parameters: foo, bar', param: 'foo' }],
    ['POST /v1/customers', 'emial=x', { message: 'Received unknown parameter: emial. Did you mean email?' }],
    [
      'POST /v1/payment_methods',
      'type=card&card[foo]=1',
      { message: 'Received unknown parameter: card[foo]', param: 'card[foo]' },
    ],
    [
      'POST /v1/payment_intents',
      'currency=usd',
      { message: 'Missing required param: amount.', code: 'parameter_missing' },
    ],
    [
      'POST /v1/customers',
      'shipping[name]=x',
      { message: 'Missing required param: shipping[address].', param: 'shipping[address]' },
    ],
    [
      'POST /v1/charges',
      'amount=abc&currency=usd',
      { message: 'Invalid integer: abc', code: 'parameter_invalid_integer', param: 'amount' },
    ],
    ['POST /v1/charges', 'amount=10.5&currency=usd', { message: 'Invalid integer: 10.5' }],
    ['POST /v1/charges', 'amount=9007199254740993&currency=usd', { message: 'Invalid integer: 9007199254740993' }],
    [
      'POST /v1/charges',
      'amount=&currency=usd',
      {
        message:
          "You passed an empty string for 'amount'. We assume empty values are an attempt to unset a parameter; however " +
          "'amount' cannot be unset. You should remove 'amount' from your request or supply a non-empty value.",
        code: 'parameter_invalid_empty',
        param: 'amount',
      },
    ],
    ['POST /v1/products', 'name=%20%20', { code: 'parameter_invalid_string_blank', param: 'name' }],
    ['POST /v1/charges', 'amount=1&currency=usd&capture=yes', { message: 'Invalid boolean: yes', param: 'capture' }],
    ['POST /v1/customers', 'shipping=x', { message: 'Invalid object', param: 'shipping' }],
    ['POST /v1/customers', 'metadata=x', { message: 'Invalid object', param: 'metadata' }],
    ['POST /v1/customers', 'preferred_locales=en', { message: 'Invalid array', param: 'preferred_locales' }],
    ['POST /v1/customers', 'expand=sources', { message: 'Invalid array', param: 'expand' }],
    [
      'POST /v1/customers',
      'tax_exempt=maybe',
      { message: 'Invalid tax_exempt: must be one of exempt, none, or reverse', param: 'tax_exempt' },
    ],
    [
      'POST /v1/prices',
      'currency=usd&recurring[interval]=minute',
      {
        message: 'Invalid recurring[interval]: must be one of day, month, week, or year',
        param: 'recurring[interval]',
      },
    ],
    ['POST /v1/webhook_endpoints', 'url=x&enabled_events[]=nothing', { param: 'enabled_events[0]' }],
    ['POST /v1/customers', `name=${'x'.repeat(5001)}`, { param: 'name' }],
    ['POST /v1/customers', 'name[a]=1', { message: 'Invalid string: {"a":"1"}', param: 'name' }],
    ['GET /v1/customers', 'limit=0', { message: 'This value must be greater than or equal to 1.', param: 'limit' }],
    ['GET /v1/customers', 'limit=101', { code: 'parameter_invalid_integer', param: 'limit' }],
    ['GET /v1/customers', 'created[gt]=abc', { message: 'Invalid integer: abc', param: 'created[gt]' }],
    ['GET /v1/customers', 'created=abc', { message: 'Invalid integer: abc', param: 'created' }],
    ['POST /v1/coupons', 'percent_off=half', { param: 'percent_off' }],
    ['POST /v1/prices', 'currency=usd&unit_amount_decimal=1e3', { param: 'unit_amount_decimal' }],
    [
      'POST /v1/customers',
      `metadata[${'k'.repeat(41)}]=1`,
      { message: expect.stringContaining('up to 40 characters') as unknown },
    ],
    ['POST /v1/customers', `metadata[k]=${'v'.repeat(501)}`, { param: 'metadata[k]' }],
    ['POST /v1/customers', 'metadata[k][x]=1', { message: expect.stringContaining('must be strings') as unknown }],
    [
      'POST /v1/customers',
      Array.from({ length: 51 }, (_, index) => `metadata[k${index}]=1`).join('&'),
      { message: expect.stringContaining("up to 50 keys, but you've set 51") as unknown },
    ],
    [
      'POST /v1/customers/c/sources',
      'source[object]=bank_account&source[country]=US',
      { message: 'Missing required param: source[account_number].' },
    ],
    ['POST /v1/customers', '__proto__[a]=1', { code: 'parameter_unknown' }],
    ['POST /v1/customers', 'constructor=1', { code: 'parameter_unknown' }],
  ])('%s %s', (to, form, expected) => {
    expect(refusal(to, form)).toMatchObject({ ...INVALID, ...expected });
  });
});

test('parameters of older versions pass as they are', () => {
  expect(take('POST /v1/customers', 'account_balance=5&coupon[x]=1', { also: ['account_balance', 'coupon'] })).toEqual({
    account_balance: '5',
    coupon: { x: '1' },
  });
});

test('a file passes as it is', () => {
  const { operation } = loadSpec().find('POST', '/v1/files')!;
  const file = { filename: 'logo.png' };

  expect(validate(operation, { purpose: 'business_logo', file })).toEqual({ purpose: 'business_logo', file });
});

test('a name that objects have of their own is a key of metadata like others', () => {
  const params = take('POST /v1/customers', 'metadata[__proto__]=x') as { metadata: object };

  expect(Object.entries(params.metadata)).toEqual([['__proto__', 'x']]);
});
