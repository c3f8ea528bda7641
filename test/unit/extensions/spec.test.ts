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
    ['mine@npm:@acme/hello@^1', { kind: 'registry', name: '@acme/hello', range: '^1' }],
    ['npm:hello', { kind: 'registry', name: 'hello', range: 'latest' }],
    ['https://example.com/x/-/x-1.0.0.tgz', { kind: 'url', url: 'https://example.com/x/-/x-1.0.0.tgz' }],
    ['http://example.com/x.tar.gz?a=b', { kind: 'url', url: 'http://example.com/x.tar.gz?a=b' }],
  ])('%p is understood', (spec, meaning) => {
    expect(parseSpec(spec, '/base')).toEqual(meaning);
  });

  it.each([
    ['', /empty/],
    ['file:', /no path/],
    ['hello@', /range or a tag should follow/],
    ['@acme/hello@', /range or a tag should follow/],
    ['hello@not a range', /neither a version range nor a tag/],
    ['Mine@npm:other@1', /"Mine" in .* is not a package name/],
    ['Hello', /not a package name/],
    ['@acme', /not a package name/],
    ['acme/hello', /not a package name.*write "\.\/acme\/hello"/],
    ['a b', /not a package name/],
    ['.hidden', /not a package name/],
    ['x'.repeat(215), /not a package name/],
    ['backlot', /the platform itself/],
    ['backlot@^0.1', /the platform itself/],
    ['https://example.com/x', /neither a tarball .* nor a git repository/],
    ['git+https://example.com', /names no repository/],
    ['git+https://', /not an address/],
    ['github:acme', /github:owner\/repository/],
    ['git+https://example.com/a.git#', /should follow the "#"/],
    ['git+https://example.com/a.git#main&path:', /empty part "path:"/],
    ['git+https://example.com/a.git#main&path:../b', /leads out of the repository/],
    ['git+https://example.com/a.git#main&sub:b', /unknown part "sub" after the "#"; the words are semver, path/],
    ['git+https://example.com/a.git#main&pth:b', /unknown part "pth".*did you mean "path"/],
    ['git+https://example.com/a.git#main&other', /says twice which branch/],
    ['git+https://example.com/a.git#main&semver:^1', /says twice which version/],
    ['git+https://example.com/a.git@v1#main', /says twice which version/],
    ['git+https://me:secret@example.com/a.git#', /"git\+https:\/\/…@example\.com\/a\.git#"/],
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

describe('the spec of a git repository', () => {
  const acme = 'https://example.com/acme/x.git';

  it.each([
    [`git+${acme}`, { url: acme }],
    [acme, { url: acme }],
    ['git+http://127.0.0.1:8080/x', { url: 'http://127.0.0.1:8080/x' }],
    ['git+ssh://git@example.com/acme/x.git', { url: 'ssh://git@example.com/acme/x.git' }],
    ['ssh://git@example.com:22/acme/x.git#v1', { url: 'ssh://git@example.com:22/acme/x.git', ref: 'v1' }],
    ['git@example.com:acme/x.git#main', { url: 'ssh://git@example.com/acme/x.git', ref: 'main' }],
    ['git://example.com/acme/x.git', { url: 'git://example.com/acme/x.git' }],
    ['git+file:///opt/x', { url: 'file:///opt/x' }],
    ['git+file:../x#main', { url: 'file:///x', ref: 'main' }],
    ['github:acme/x', { url: 'https://github.com/acme/x.git' }],
    ['github:acme/x#semver:^1.2', { url: 'https://github.com/acme/x.git', range: '^1.2' }],
    ['gitlab:acme/x#main&path:a/b', { url: 'https://gitlab.com/acme/x.git', ref: 'main', path: 'a/b' }],
    ['bitbucket:acme/x.git', { url: 'https://bitbucket.org/acme/x.git' }],
    [`git+${acme}#feature/one`, { url: acme, ref: 'feature/one' }],
    [
      `git+${acme}#0123456789abcdef0123456789abcdef01234567`,
      { url: acme, ref: '0123456789abcdef0123456789abcdef01234567' },
    ],
    [`git+${acme}#main&path:twilio`, { url: acme, ref: 'main', path: 'twilio' }],
    [`git+${acme}#main::path:twilio`, { url: acme, ref: 'main', path: 'twilio' }],
    [`git+${acme}#path:/twilio/&main`, { url: acme, ref: 'main', path: 'twilio' }],
    [`git+${acme}#semver:>=1 <2&path:a`, { url: acme, range: '>=1 <2', path: 'a' }],
    [
      'git+https://example.com/acme/extensions/#egg=backlot-stripe&subdirectory=stripe',
      { url: 'https://example.com/acme/extensions', name: 'backlot-stripe', path: 'stripe' },
    ],
    [
      'git+https://example.com/acme/x@v1.2#subdirectory=stripe&egg=x',
      { url: 'https://example.com/acme/x', ref: 'v1.2', name: 'x', path: 'stripe' },
    ],
    ['git+https://me:secret@example.com/a.git', { url: 'https://me:secret@example.com/a.git' }],
  ])('%p is understood', (spec, meaning) => {
    expect(parseSpec(spec, '/base')).toEqual({ kind: 'git', ...meaning });
  });
});
