import { Extension } from '../../../../src/api/extension';
import { findExport } from '../../../../src/extensions/load/find-export';

class Hello extends Extension {
  readonly name = 'hello';
}
const item = (exportName = 'Hello') => ({ name: 'hello', module: 'x.js', exportName });
const find = (namespace: object, exportName?: string) => findExport(namespace, item(exportName), '/p/x.js');

describe('the class that a manifest names', () => {
  it.each([
    ['an export of an ES module', { Hello }, 'Hello'],
    ['the default export of an ES module', { default: Hello }, 'default'],
    ['an export of a CommonJS module that Node saw', { Hello, default: { Hello } }, 'Hello'],
    ['an export of a CommonJS module that Node did not see', { default: { Hello } }, 'Hello'],
    ['module.exports itself', { default: Hello }, 'default'],
    ['a default export that was built to CommonJS', { default: { __esModule: true, default: Hello } }, 'default'],
    ['a named export below that', { default: { default: { Hello } } }, 'Hello'],
  ])('is %s', (_what, namespace, exportName) => {
    expect(find(namespace, exportName)).toBe(Hello);
  });

  it('is missing when there is no such export; the nearest and all there are are named', () => {
    expect(() => find({ Helo: Hello, other: 1, default: { Helo: Hello, other: 1 } })).toThrow(
      expect.objectContaining({
        code: 'BACKLOT_E_EXPORT_MISSING',
        message: 'x.js has no export "Hello" (did you mean "Helo"?); it exports Helo, other',
        where: { file: '/p/x.js', extension: 'hello' },
      }) as Error,
    );
  });

  it('is missing when the module exports nothing', () => {
    expect(() => find({}, 'default')).toThrow('x.js has no default export; it exports nothing');
  });

  it('is not what every object or class has anyway', () => {
    expect(() => find({ default: Hello }, 'constructor')).toThrow('no export "constructor"');
    expect(() => find({ default: {} }, 'toString')).toThrow('no export "toString"');
  });

  it.each([
    ['an object', { Hello: { name: 'hello' } }, 'a value of type object'],
    ['null', { Hello: null }, 'null'],
    ['an instance', { Hello: new Hello() }, 'a value of type object'],
    ['an arrow function', { Hello: () => new Hello() }, 'the function Hello'],
    ['a class of its own', { Hello: class Other {} }, 'the class Other'],
  ])('is no extension when it is %s', (_what, namespace, said) => {
    expect(() => find(namespace)).toThrow(
      expect.objectContaining({
        code: 'BACKLOT_E_NOT_AN_EXTENSION',
        message: `Hello of x.js is ${said}, not a class that extends Extension`,
      }) as Error,
    );
  });

  it('is no extension when it extends the Extension of another copy of Backlot, which is said', () => {
    const copy = { Extension: class Extension {} };
    expect(() => find({ Hello: class Hello extends copy.Extension {} })).toThrow(
      'the class Hello, which extends the Extension of another copy of Backlot',
    );
  });
});
