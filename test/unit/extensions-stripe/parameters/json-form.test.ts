import { formOfJson } from '../../../../extensions/stripe/src/parameters/json-form';
import { parseForm } from '../../../../extensions/stripe/src/parameters/form';

describe('formOfJson', () => {
  it('writes objects, lists, numbers and booleans as a form does', () => {
    const body = { name: 'A & B', amount: 5, live: false, a: { b: [{ c: 'x' }, { c: 'y' }] }, list: ['1', '2'] };
    expect(parseForm(formOfJson(JSON.stringify(body)))).toEqual({
      name: 'A & B',
      amount: '5',
      live: 'false',
      a: { b: { 0: { c: 'x' }, 1: { c: 'y' } } },
      list: { 0: '1', 1: '2' },
    });
  });

  it('leaves out what is null or empty, but no empty text', () => {
    expect(formOfJson('{ "a": null, "b": {}, "c": [], "d": { "e": null }, "f": "" }')).toBe('f=');
  });

  it('refuses what is no JSON object', () => {
    for (const body of ['{', '[]', 'null', '1', '"text"']) {
      expect(() => formOfJson(body)).toThrow(expect.objectContaining({ status: 400 }) as Error);
    }
  });
});
