import { expandVariables, npmrcLine, parseNpmrc } from '../../../../src/extensions/registry/npmrc';

describe('parseNpmrc', () => {
  const parse = (text: string) => parseNpmrc(text, { TOKEN: 's3cret', EMPTY: '', HOST: 'npm.example' });

  it.each([
    ['a value', 'registry=https://npm.example/', { registry: 'https://npm.example/' }],
    ['blanks', '  registry =  https://npm.example/  ', { registry: 'https://npm.example/' }],
    ['Windows line ends and a byte order mark', '\uFEFFregistry=a\r\nproxy=b\r\n', { registry: 'a', proxy: 'b' }],
    ['comments', '; one\n# two\nregistry=a ; three', { registry: 'a' }],
    ['a scope', '@acme:registry=https://npm.example/', { '@acme:registry': 'https://npm.example/' }],
    ['base64 with its equals signs', '//npm.example/:_auth=YTpi==', { '//npm.example/:_auth': 'YTpi==' }],
    ['a variable', '//npm.example/:_authToken=${TOKEN}', { '//npm.example/:_authToken': 's3cret' }],
    ['a variable in a key', '//${HOST}/:_authToken=x', { '//npm.example/:_authToken': 'x' }],
    ['a variable in the midst', 'registry=https://${HOST}/npm/', { registry: 'https://npm.example/npm/' }],
    ['a variable that is not set', 'registry=${NONE}', { registry: '${NONE}' }],
    ['one that need not be set', 'registry=${NONE?}', { registry: '' }],
    ['one that is empty', 'registry=${EMPTY}', { registry: '' }],
    ['a list', 'ca[]="one\\ntwo"\nca[]=three', { ca: ['one\ntwo', 'three'] }],
    ['flags', 'strict-ssl=false\nalways-auth', { 'strict-ssl': 'false', 'always-auth': 'true' }],
    ['a section, which npm does not read either', '[other]\nregistry=a', {}],
    ['nothing', '', {}],
  ])('reads %s', (_what, text, values) => {
    expect({ ...parse(text) }).toEqual(values);
  });

  it.each([
    'plain',
    'a=b==',
    'with;semicolon',
    'with # hash',
    ' blanks ',
    '"quoted"',
    '${TOKEN}',
    'two\nlines',
    '[x]',
    'back\\slash',
  ])('reads %j back as it was written', (value) => {
    expect({ ...parse(npmrcLine('key', value)) }).toEqual({ key: value });
  });
});

describe('expandVariables', () => {
  it('leaves what a backslash guards', () => {
    expect(expandVariables('\\${A} ${A}', { A: 'x' })).toBe('${A} x');
  });
});
