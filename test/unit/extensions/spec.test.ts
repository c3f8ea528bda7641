import { parseSpec } from '../../../src/extensions/spec';

describe('a spec', () => {
  it.each([
    ['hello', { kind: 'registry', name: 'hello', range: 'latest' }],
    [' hello@^1.2 ', { kind: 'registry', name: 'hello', range: '^1.2' }],
    ['hello@>=1 <2 || 3.x', { kind: 'registry', name: 'hello', range: '>=1 <2 || 3.x' }],
    ['hello@next', { kind: 'registry', name: 'hello', range: 'next' }],
    ['hello@*', { kind: 'registry', name: 'hello', range: '*' }],
    ['@acme/hello', { kind: 'registry', name: '@acme/hello', range: 'latest' }],
    ['@acme/hello@1.0.0-rc.1', { kind: 'registry', name: '@acme/hello', range: '1.0.0-rc.1' }],
    ['file:./x', { kind: 'folder', path: '/base/x' }],
    ['file:x', { kind: 'folder', path: '/base/x' }],
    ['file:../x', { kind: 'folder', path: '/x' }],
    ['file:/opt/x', { kind: 'folder', path: '/opt/x' }],
    ['file:///opt/a%20b', { kind: 'folder', path: '/opt/a b' }],
    ['./x', { kind: 'folder', path: '/base/x' }],
    ['../x/', { kind: 'folder', path: '/x' }],
    ['.', { kind: 'folder', path: '/base' }],
    ['/opt/x', { kind: 'folder', path: '/opt/x' }],
    ['./x-1.0.0.tgz', { kind: 'tarball', path: '/base/x-1.0.0.tgz' }],
    ['file:/opt/x.tar.gz', { kind: 'tarball', path: '/opt/x.tar.gz' }],
    ['x-1.0.0.tgz', { kind: 'tarball', path: '/base/x-1.0.0.tgz' }],
  ])('%p is understood', (spec, meaning) => {
    expect(parseSpec(spec, '/base')).toEqual(meaning);
  });

  it.each([
    ['', /empty/],
    ['file:', /no path/],
    ['hello@', /range or a tag should follow/],
    ['@acme/hello@', /range or a tag should follow/],
    ['hello@not a range', /neither a version range nor a tag/],
    ['hello@npm:other@1', /neither a version range nor a tag/],
    ['Hello', /not a package name/],
    ['@acme', /not a package name/],
    ['acme/hello', /not a package name.*write "\.\/acme\/hello"/],
    ['a b', /not a package name/],
    ['.hidden', /not a package name/],
    ['x'.repeat(215), /not a package name/],
    ['backlot', /the platform itself/],
    ['backlot@^0.1', /the platform itself/],
    ['git+https://example.com/a.git', /not supported/],
    ['git@example.com:a/b.git', /not supported/],
    ['github:acme/hello', /not supported/],
    ['https://example.com/x.tgz', /not supported/],
    ['file://elsewhere/x', /not the URL of a local file/],
  ])('%p is refused', (spec, message) => {
    expect(() => parseSpec(spec, '/base')).toThrow(
      expect.objectContaining({
        code: 'BACKLOT_E_SPEC_INVALID',
        message: expect.stringMatching(message) as string,
        remedy: expect.stringContaining('package name') as string,
      }) as Error,
    );
  });
});
