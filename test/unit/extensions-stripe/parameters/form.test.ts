import { StripeError } from '../../../../extensions/stripe/src/errors';
import { parseForm } from '../../../../extensions/stripe/src/parameters/form';

test.each<[string, object]>([
  ['', {}],
  ['a=1&b=', { a: '1', b: '' }],
  ['a', { a: '' }],
  ['a=1&&b=2&', { a: '1', b: '2' }],
  ['a=1&a=2', { a: '2' }],
  ['a=x=y', { a: 'x=y' }],
  ['name=J%C3%BCrgen+M%20x', { name: 'Jürgen M x' }],
  ['a%5Bb%5D=1', { a: { b: '1' } }],
  ['card[number]=4242&card[exp][month]=1', { card: { number: '4242', exp: { month: '1' } } }],
  ['a[]=x&a[]=y', { a: ['x', 'y'] }],
  ['a[0]=x&a[1]=y', { a: { 0: 'x', 1: 'y' } }],
  ['i[0][price]=p&i[0][quantity]=2&i[1][price]=q', { i: { 0: { price: 'p', quantity: '2' }, 1: { price: 'q' } } }],
  ['i[][price]=p&i[][quantity]=2&i[][price]=q', { i: [{ price: 'p', quantity: '2' }, { price: 'q' }] }],
  ['i[][t][]=1&i[][t][]=2', { i: [{ t: ['1', '2'] }] }],
  ['a[=1&b]=2&[c]=3', { 'a[': '1', 'b]': '2', '[c]': '3' }],
  ['a=%zz', { a: '%zz' }],
])('%j is read', (text, expected) => {
  expect(JSON.parse(JSON.stringify(parseForm(text)))).toEqual(expected);
});

test('names that objects have of their own are names like others', () => {
  const form = parseForm('__proto__[polluted]=1&constructor[prototype][polluted]=1&m[__proto__]=2');

  expect(Object.keys(form)).toEqual(['__proto__', 'constructor', 'm']);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  expect(Object.keys(form['m'] as object)).toEqual(['__proto__']);
});

test.each(['a=1&a[b]=2', 'a[b]=1&a=2', 'a[]=1&a[b]=2', 'a[b]=1&a[]=2', `a${'[b]'.repeat(40)}=1`])(
  '%j is refused with the error that the API has for wrong requests',
  (text) => {
    expect(() => parseForm(text)).toThrow(StripeError);
    expect(() => parseForm(text)).toThrow(
      expect.objectContaining({ status: 400, type: 'invalid_request_error' }) as Error,
    );
  },
);

test('more parameters than any client sends are refused', () => {
  expect(() => parseForm('a=1&'.repeat(20_000))).toThrow(StripeError);
});
