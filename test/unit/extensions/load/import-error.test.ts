import { importError } from '../../../../src/extensions/load/import-error';

const item = { name: 'hello', module: 'dist/x.js', exportName: 'default' };
const errorOf = (thrown: unknown) => importError(thrown, item, '/lib/hello');
const failure = (code: string, message: string, more: object = {}) =>
  Object.assign(new Error(message), { code, ...more });

describe('an import that failed', () => {
  it.each([
    [
      'require',
      failure('MODULE_NOT_FOUND', "Cannot find module '@acme/left/part'\nRequire stack:\n- /lib/hello/dist/y.js", {
        requireStack: ['/lib/hello/dist/y.js'],
      }),
    ],
    ['import', failure('ERR_MODULE_NOT_FOUND', "Cannot find package '@acme/left' imported from /lib/hello/dist/y.js")],
  ])('for a package that is not there names the package and who needs it (%s)', (_by, thrown) => {
    expect(errorOf(thrown)).toMatchObject({
      code: 'BACKLOT_E_DEPENDENCY_MISSING',
      message: 'hello needs the package @acme/left (imported by ./dist/y.js)',
      where: { file: '/lib/hello/dist/y.js', extension: 'hello' },
      cause: thrown,
    });
  });

  it.each([
    ['/lib/hello/dist/lib/y.js', './dist/lib/y.js'],
    ['file:///lib/hello/dist/a%20b.js', './dist/a b.js'],
    ['./lib/y.js', './lib/y.js'],
  ])('for a file of the extension itself names the file: %s', (request, said) => {
    const thrown = failure(
      'ERR_MODULE_NOT_FOUND',
      `Cannot find module '${request}' imported from /lib/hello/dist/x.js`,
    );
    expect(errorOf(thrown)).toMatchObject({
      code: 'BACKLOT_E_MODULE_NOT_FOUND',
      message: `hello imports ${said}, which is not there`,
    });
  });

  it('because the module threw says what, and where in the package', () => {
    const thrown = new TypeError('no\nreally');
    thrown.stack = [
      'TypeError: no',
      '    at f (/lib/other/y.js:1:2)',
      '    at file:///lib/hello/dist/x.js:7:9',
      '    at /lib/hello/dist/z.js:1:1',
    ].join('\n');
    expect(errorOf(thrown)).toMatchObject({
      code: 'BACKLOT_E_IMPORT_FAILED',
      message: 'importing dist/x.js of hello threw TypeError: no',
      where: { file: '/lib/hello/dist/x.js', line: 7, column: 9, extension: 'hello' },
      cause: thrown,
    });
  });

  it.each([
    ['a string', 'no', "threw 'no'"],
    ['nothing', undefined, 'threw undefined'],
    ['an object without a prototype', Object.create(null), 'threw [Object: null prototype] {}'],
  ])('may have thrown %s', (_what, thrown: unknown, said) => {
    expect(errorOf(thrown).message).toBe(`importing dist/x.js of hello ${said}`);
  });
});
