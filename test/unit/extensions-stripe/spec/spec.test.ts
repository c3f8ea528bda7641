import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parameterFile, version2File } from '../../../../extensions/stripe/src/spec/files';
import { loadSpec, loadSpec2 } from '../../../../extensions/stripe/src/spec/spec';

const SDK = dirname(require.resolve('stripe'));
const DIST = join(__dirname, '..', '..', '..', '..', 'extensions', 'stripe', 'dist');

/** The operations of a version in the official SDK's own code, without the names of the parameters in their paths. */
function operationsOfTheSdk(version: 'v1' | 'v2'): Set<string> {
  const found = new Set<string>();
  for (const name of readdirSync(join(SDK, 'resources'), { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.js')) continue;
    const text = readFileSync(join(SDK, 'resources', name), 'utf8');
    for (const [, method, path] of text.matchAll(/_makeRequest\('([A-Z]+)',\s*['`](\/v[12]\/[^'`]*)['`]/g)) {
      if (path!.startsWith(`/${version}/`)) found.add(`${method} ${path!.replace(/\$\{[^}]*\}/g, '{}')}`);
    }
  }
  return found;
}

/** How many parameters stand under a type, those of nested hashes included. */
function parametersUnder(place: number): number {
  const type = parameterFile().types[place]!;
  if (typeof type === 'string') return 0;
  const [sort, second, third] = type;
  if (sort === 'h') return (third as number[]).reduce((sum, each) => sum + 1 + parametersUnder(each), 0);
  if (sort === 'u') return (second as number[]).reduce((sum, each) => sum + parametersUnder(each), 0);
  return sort === 'e' ? 0 : parametersUnder(second as number);
}

describe('the specification', () => {
  test('has every operation of version 1 that the official SDK has, and no other', () => {
    const known = loadSpec().operations.map(({ key }) => key.replace(/\{\w+\}/g, '{}'));

    expect(new Set(known)).toEqual(operationsOfTheSdk('v1'));
    expect(known.length).toBe(new Set(known).size);
    expect(known.length).toBeGreaterThan(550);
  });

  test('has every operation of version 2, too', () => {
    const known = loadSpec2().operations.map(({ key }) => key.replace(/\{\w+\}/g, '{}'));

    expect(new Set(known)).toEqual(operationsOfTheSdk('v2'));
    expect(known.length).toBe(new Set(known).size);
  });

  test('knows what event notifications are about', () => {
    const { notifications } = version2File();

    expect(notifications).toMatchObject({
      'v1.customer.created': 'customer',
      'v1.invoice.upcoming': '',
      'v2.core.account[requirements].updated': 'v2.core.account',
    });
    expect(Object.keys(notifications).length).toBeGreaterThan(300);
  });

  test('is of the version of the SDK', () => {
    expect(loadSpec().version).toMatch(/^\d{4}-\d\d-\d\d\.[a-z]+$/);
    expect(readFileSync(join(SDK, 'apiVersion.js'), 'utf8')).toContain(`'${loadSpec().version}'`);
  });

  test('knows more than eleven thousand parameters', () => {
    const parameters = loadSpec().operations.reduce((sum, each) => sum + parametersUnder(each.parameters), 0);

    expect(parameters).toBeGreaterThan(11_000);
  });

  test('takes less than 100 kB, the shapes of objects included', () => {
    const sizes = ['spec.json.br', 'spec-v2.json.br', 'shapes.json.br'].map((name) => statSync(join(DIST, name)).size);

    expect(sizes.reduce((sum, size) => sum + size)).toBeLessThan(100_000);
  });
});

describe('an operation', () => {
  const find = (method: string, path: string) => loadSpec().find(method, path);

  test('is found with the parameters of its path', () => {
    expect(find('POST', '/v1/customers/cus_1')).toMatchObject({
      operation: { key: 'POST /v1/customers/{customer}', kind: 'object', result: 'customer', deletes: false },
      path: { customer: 'cus_1' },
    });
    expect(find('GET', '/v1/customers/cus_1/sources/card_2')?.path).toEqual({ customer: 'cus_1', source: 'card_2' });
  });

  test('with a fixed path goes before one with a parameter', () => {
    expect(find('GET', '/v1/customers/search')?.operation).toMatchObject({ kind: 'search', result: 'customer' });
    expect(find('POST', '/v1/invoices/create_preview')?.operation.key).toBe('POST /v1/invoices/create_preview');
  });

  test('with a parameter is found where the fixed path has not the method', () => {
    expect(find('GET', '/v1/invoices/create_preview')?.path).toEqual({ invoice: 'create_preview' });
  });

  test('decodes its parameters, and leaves what is badly encoded', () => {
    expect(find('GET', '/v1/coupons/50%25%20off%2Fnow')?.path).toEqual({ coupon: '50% off/now' });
    expect(find('GET', '/v1/coupons/%zz')?.path).toEqual({ coupon: '%zz' });
  });

  test.each([
    '',
    '/',
    '/v1',
    '/v1/customers/',
    '/v1/customers//sources',
    '/v1/nothing',
    '/v1/__proto__',
    '/v2/core/events',
  ])('is not found at %j', (path) => expect(find('GET', path)).toBeUndefined());

  test('answers a list, a deleted object, or a file', () => {
    expect(find('GET', '/v1/charges')?.operation).toMatchObject({ kind: 'list', result: 'charge' });
    expect(find('DELETE', '/v1/coupons/x')?.operation).toMatchObject({ result: 'coupon', deletes: true });
    expect(find('DELETE', '/v1/customers/x/sources/y')?.operation.deletes).toBe(true);
    expect(find('DELETE', '/v1/subscriptions/x')?.operation).toMatchObject({ result: 'subscription', deletes: false });
    expect(find('GET', '/v1/customers/x')?.operation.deletes).toBe(false);
    expect(find('GET', '/v1/quotes/x/pdf')?.operation).toMatchObject({ kind: 'binary', result: '' });
  });

  test('tells which methods its path has', () => {
    expect([...loadSpec().methods('/v1/customers/cus_1')].sort()).toEqual(['DELETE', 'GET', 'POST']);
    expect(loadSpec().methods('/v1/customers/cus_1/nothing')).toEqual([]);
  });
});
