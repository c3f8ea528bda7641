import { displaySpec, parseSpec, withoutCredentials } from '../../../src/extensions/spec';

const git = (url: string, rest: object = {}): object => ({ kind: 'git', url, ...rest });
const HOST = 'https://host/owner/repo';

describe('a spec', () => {
  it.each([
    ['hello', { kind: 'registry', name: 'hello', range: 'latest' }],
    [' hello@^1.2 ', { kind: 'registry', name: 'hello', range: '^1.2' }],
    ['hello@>=1 <2 || 3.x', { kind: 'registry', name: 'hello', range: '>=1 <2 || 3.x' }],
    ['hello@next', { kind: 'registry', name: 'hello', range: 'next' }],
    ['hello@*', { kind: 'registry', name: 'hello', range: '*' }],
    ['@acme/hello', { kind: 'registry', name: '@acme/hello', range: 'latest' }],
    ['@acme/hello@1.0.0-rc.1', { kind: 'registry', name: '@acme/hello', range: '1.0.0-rc.1' }],
    ['npm:hello', { kind: 'registry', name: 'hello', range: 'latest' }],
    ['npm:@acme/hello@^2', { kind: 'registry', name: '@acme/hello', range: '^2' }],
    ['hi@npm:hello', { kind: 'registry', name: 'hello', range: 'latest', alias: 'hi' }],
    ['hi@npm:hello@^1', { kind: 'registry', name: 'hello', range: '^1', alias: 'hi' }],
    ['@me/hi@npm:@acme/hello@next', { kind: 'registry', name: '@acme/hello', range: 'next', alias: '@me/hi' }],
  ])('for the registry: %p', (spec, meaning) => {
    expect(parseSpec(spec, '/base')).toEqual(meaning);
  });

  it.each([
    ['file:./x', { kind: 'folder', path: '/base/x' }],
    ['file:x', { kind: 'folder', path: '/base/x' }],
    ['file:../x', { kind: 'folder', path: '/x' }],
    ['file:/opt/x', { kind: 'folder', path: '/opt/x' }],
    ['file:///opt/a%20b', { kind: 'folder', path: '/opt/a b' }],
    ['./x', { kind: 'folder', path: '/base/x' }],
    ['./x@1/y', { kind: 'folder', path: '/base/x@1/y' }],
    ['../x/', { kind: 'folder', path: '/x' }],
    ['.', { kind: 'folder', path: '/base' }],
    ['/opt/x', { kind: 'folder', path: '/opt/x' }],
    ['./x-1.0.0.tgz', { kind: 'tarball', path: '/base/x-1.0.0.tgz' }],
    ['file:/opt/x.tar.gz', { kind: 'tarball', path: '/opt/x.tar.gz' }],
    ['x-1.0.0.tgz', { kind: 'tarball', path: '/base/x-1.0.0.tgz' }],
  ])('for a path: %p', (spec, meaning) => {
    expect(parseSpec(spec, '/base')).toEqual(meaning);
  });

  it.each([
    ['https://host/x-1.0.0.tgz', { kind: 'url', url: 'https://host/x-1.0.0.tgz' }],
    ['http://127.0.0.1:8080/a/x.tar.gz', { kind: 'url', url: 'http://127.0.0.1:8080/a/x.tar.gz' }],
    ['https://host/x.tgz?token=abc', { kind: 'url', url: 'https://host/x.tgz?token=abc' }],
    ['https://user:token@host/x.tgz', { kind: 'url', url: 'https://user:token@host/x.tgz' }],
    ['HTTPS://host/x.TGZ', { kind: 'url', url: 'https://host/x.TGZ' }],
    ['hello@https://host/x.tgz', { kind: 'url', url: 'https://host/x.tgz', name: 'hello' }],
    ['@acme/hello@https://host/x.tgz', { kind: 'url', url: 'https://host/x.tgz', name: '@acme/hello' }],
  ])('for the address of a tarball: %p', (spec, meaning) => {
    expect(parseSpec(spec, '/base')).toEqual(meaning);
  });

  it.each([
    ['git+https://host/owner/repo', git(HOST)],
    ['git+https://host/owner/repo.git', git(`${HOST}.git`)],
    ['git+https://host/owner/repo/', git(HOST)],
    ['GIT+HTTPS://host/owner/repo', git('https://host/owner/repo')],
    ['git+http://127.0.0.1:81/r.git', git('http://127.0.0.1:81/r.git')],
    ['https://host/owner/repo.git', git(`${HOST}.git`)],
    ['https://host/owner/repo.git#main', git(`${HOST}.git`, { ref: 'main' })],
    ['git://host/owner/repo', git('git://host/owner/repo')],
    ['git+ssh://git@host/owner/repo.git', git('ssh://git@host/owner/repo.git')],
    ['git+ssh://git@host:2222/owner/repo', git('ssh://git@host:2222/owner/repo')],
    ['git+ssh://git@host:owner/repo.git', git('git@host:owner/repo.git')],
    ['ssh://git@host/owner/repo', git('ssh://git@host/owner/repo')],
    ['git@host:owner/repo.git', git('git@host:owner/repo.git')],
    ['git@host:owner/repo', git('git@host:owner/repo')],
    ['me@git.example.com:repo', git('me@git.example.com:repo')],
    ['git+file:///opt/repo', git('file:///opt/repo')],
    ['git+file:///opt/a%20b', git('file:///opt/a%20b')],
    ['git+file:./repo', git('file:///base/repo')],
    ['git+file://../repo#main', git('file:///repo', { ref: 'main' })],
    ['git+file:///opt/job@2/repo', git('file:///opt/job@2/repo')],
    ['github:owner/repo', git('https://github.com/owner/repo.git')],
    ['github:owner/repo.git', git('https://github.com/owner/repo.git')],
    ['gitlab:group/sub/repo', git('https://gitlab.com/group/sub/repo.git')],
    ['bitbucket:owner/repo#dev', git('https://bitbucket.org/owner/repo.git', { ref: 'dev' })],
    ['hello@github:owner/repo', git('https://github.com/owner/repo.git', { name: 'hello' })],
    ['@acme/hello@git+https://host/owner/repo#main', git(HOST, { name: '@acme/hello', ref: 'main' })],
    ['hello@git@host:owner/repo', git('git@host:owner/repo', { name: 'hello' })],
    ['git+https://user:token@host/owner/repo', git('https://user:token@host/owner/repo')],
  ])('for a repository: %p', (spec, meaning) => {
    expect(parseSpec(spec, '/base')).toEqual(meaning);
  });

  it.each([
    ['#main', { ref: 'main' }],
    ['#feature/x', { ref: 'feature/x' }],
    ['#feature%2Fx', { ref: 'feature/x' }],
    ['#v1.2.3', { ref: 'v1.2.3' }],
    ['#stripe@1.2.3', { ref: 'stripe@1.2.3' }],
    ['#refs/pull/3/head', { ref: 'refs/pull/3/head' }],
    ['#0123abc', { ref: '0123abc' }],
    ['#branch=main', { ref: 'refs/heads/main' }],
    ['#tag=v1', { ref: 'refs/tags/v1' }],
    ['#commit=0123ABC', { ref: '0123abc' }],
    ['#semver:^1.2', { semver: '^1.2' }],
    ['#semver:>=1 <2', { semver: '>=1 <2' }],
    ['#semver:%5E1', { semver: '^1' }],
    ['#semver=1.x', { semver: '1.x' }],
    ['#path:twilio', { path: 'twilio' }],
    ['#path:/twilio', { path: 'twilio' }],
    ['#path:./packages//twilio/', { path: 'packages/twilio' }],
    ['#path:a%20b', { path: 'a b' }],
    ['#main&path:twilio', { ref: 'main', path: 'twilio' }],
    ['#main::path:twilio', { ref: 'main', path: 'twilio' }],
    ['#path:twilio&main', { ref: 'main', path: 'twilio' }],
    ['#semver:^1&path:twilio', { semver: '^1', path: 'twilio' }],
    ['#semver:^1::path:twilio', { semver: '^1', path: 'twilio' }],
    ['#subdirectory=stripe', { path: 'stripe' }],
    ['#egg=my-stripe&subdirectory=stripe', { name: 'my-stripe', path: 'stripe' }],
    ['#subdirectory=stripe&egg=my-stripe', { name: 'my-stripe', path: 'stripe' }],
    ['#egg=my-stripe&subdirectory=stripe&main', { name: 'my-stripe', path: 'stripe', ref: 'main' }],
    ['/#egg=my-stripe&subdirectory=stripe', { name: 'my-stripe', path: 'stripe' }],
    ['@v1.2', { ref: 'v1.2' }],
    ['@feature/x', { ref: 'feature/x' }],
    ['@v1.2#egg=my-stripe', { ref: 'v1.2', name: 'my-stripe' }],
    ['@v1.2#subdirectory=stripe&egg=my-stripe', { ref: 'v1.2', path: 'stripe', name: 'my-stripe' }],
  ])('for a part of a repository: %p', (rest, meaning) => {
    expect(parseSpec(`git+https://host/owner/repo${rest}`, '/base')).toEqual(git(HOST, meaning));
  });

  it('has its ref behind an "@" for every way of writing a repository', () => {
    expect(parseSpec('git@host:owner/repo.git@v1', '/')).toEqual(git('git@host:owner/repo.git', { ref: 'v1' }));
    expect(parseSpec('github:owner/repo@v1', '/')).toEqual(git('https://github.com/owner/repo.git', { ref: 'v1' }));
    expect(parseSpec('https://host/r.git@v1#path:x', '/')).toEqual(git('https://host/r.git', { ref: 'v1', path: 'x' }));
    expect(parseSpec('git+file:./repo@v1', '/base')).toEqual(git('file:///base/repo', { ref: 'v1' }));
    expect(parseSpec('git+https://host/@scope/repo', '/')).toEqual(git('https://host/@scope/repo'));
    expect(parseSpec('git+https://u:p@host/repo@v1', '/')).toEqual(git('https://u:p@host/repo', { ref: 'v1' }));
  });

  it.each([
    ['', /empty/],
    ['file:', /no path/],
    ['hello@', /range or a tag should follow/],
    ['@acme/hello@', /range or a tag should follow/],
    ['npm:', /names no package/],
    ['hi@npm:hello@', /range or a tag should follow/],
    ['hi@npm:', /names no package/],
    ['hi@npm:Hello', /"Hello" is not a package name/],
    ['hi@npm:backlot', /the platform itself/],
    ['backlot@npm:hello', /the platform itself/],
    ['hello@not a range', /neither a version range nor a tag/],
    ['Hello', /not a package name/],
    ['@acme', /not a package name/],
    ['acme/hello', /not a package name.*"github:acme\/hello".*"\.\/acme\/hello"/],
    ['acme/hello#main', /"github:acme\/hello#main".*"\.\/acme\/hello"/],
    ['a/b/c', /not a package name.*write "\.\/a\/b\/c"/],
    ['a b', /not a package name/],
    ['.hidden', /not a package name/],
    ['x'.repeat(215), /not a package name/],
    ['backlot', /the platform itself/],
    ['backlot@^0.1', /the platform itself/],
    ['file://elsewhere/x', /not the URL of a local file/],
    ['hello@file:./x', /gives a name to a path: write "file:\.\/x"/],
    ['hello@workspace:*', /"workspace:" in .* is not supported/],
    ['link:../x', /"link:" in .* is not supported/],
    ['htps://host/x.tgz', /"htps:" .*did you mean "https"/],
    ['gihub:owner/repo', /"gihub:" .*did you mean "github"/],
    ['git+htps://host/owner/repo', /"git\+htps:" .*did you mean "git\+https"/],
    ['https://host/x', /ends neither in \.tgz or \.tar\.gz nor in \.git.*"git\+https:\/\/host\/x"/],
    ['https://host/x.tgz#main', /nothing may follow with a "#"/],
    ['https://', /not a URL/],
    ['git+https:///repo', /no repository on it/],
    ['git+https://host', /names a host, but no repository/],
    ['git+https://host/', /names a host, but no repository/],
    ['git+file:', /no path/],
    ['git+file://host/repo', /not the URL of a local folder/],
    ['github:owner', /form github:owner\/repository/],
    ['github:', /form github:owner\/repository/],
    ['github:owner/repo/twilio', /write "github:owner\/repo#path:twilio"/],
    ['github:owner/repo#', /has an empty part/],
    ['github:owner/repo#main&', /"#main&" has an empty part/],
    ['github:owner/repo#&path:x', /has an empty part/],
    ['github:owner/repo#path:', /"path:" says nothing after "path"/],
    ['github:owner/repo#semver:', /"semver:" says nothing/],
    ['github:owner/repo#egg=', /"egg=" says nothing/],
    ['github:owner/repo#main&dev', /names a ref twice: "main" and "dev"/],
    ['github:owner/repo#path:a&subdirectory=b', /names a folder twice: "a" and "b"/],
    ['github:owner/repo#main&semver:^1', /both the ref "main" and the range "\^1"/],
    ['github:owner/repo@v1#main', /names two refs, "v1" after the "@" and "main" after the "#"/],
    ['github:owner/repo@v1#semver:^1', /names two refs, "v1" .* "\^1"/],
    ['github:owner/repo@#main', /two refs|a ref is empty/],
    ['github:owner/repo@', /a ref is empty/],
    ['github:owner/repo#paht:x', /unknown key "paht" \(did you mean "path"\?\)/],
    ['github:owner/repo#subdir=x', /unknown key "subdir"/],
    ['github:owner/repo#integrity=abc', /unknown key "integrity"; there are semver, path, subdirectory/],
    ['github:owner/repo#path:../x', /leads out of the repository/],
    ['github:owner/repo#path:a/../../x', /leads out of the repository/],
    ['github:owner/repo#path:%2e%2e/x', /leads out of the repository/],
    ['github:owner/repo#path:/', /is the repository itself/],
    ['github:owner/repo#path:a\\b', /a character it may not have/],
    ['github:owner/repo#semver:abc', /"abc" is not a version range/],
    ['github:owner/repo#^1.2', /is a version range, not a ref: write "semver:\^1\.2"/],
    ['github:owner/repo#a b', /cannot be the name of a branch/],
    ['github:owner/repo#--upload-pack=x', /cannot be the name|unknown key/],
    ['github:owner/repo#-x', /cannot be the name of a branch/],
    ['github:owner/repo#a..b', /cannot be the name of a branch/],
    ['github:owner/repo#x.lock', /cannot be the name of a branch/],
    ['github:owner/repo#%zz', /encodes nothing/],
    ['github:owner/repo#commit=xyz', /"xyz" is not the hash of a commit/],
    ['github:owner/repo#egg=Not OK', /"Not OK" is not a package name/],
    ['hello@github:owner/repo#egg=other', /names the package twice: "hello" .* "other"/],
  ])('%p is refused', (spec, message) => {
    expect(() => parseSpec(spec, '/base')).toThrow(
      expect.objectContaining({
        code: 'BACKLOT_E_SPEC_INVALID',
        message: expect.stringMatching(message) as string,
        remedy: expect.stringContaining('package name') as string,
      }) as Error,
    );
  });

  it.each([
    'https://user:s3cret@host/x',
    'https://s3cret@host/x',
    'https://user:s3/cret@host/x.tgz',
    'https://user:s3cret@host:port/x.tgz',
    'https://user:s3cret@host/x.tgz#main',
    'git+https://user:s3cret@host',
    'git+https://user:s3cret@host/r@v1#main',
    'git+htps://user:s3cret@host/r',
    'htps://user:s3cret@host/r',
    'github:s3cret@owner/repo/x',
    'hello@ftp://user:s3cret@host/r',
    'https://host/x.zip?token=s3cret',
  ])('%p is refused without showing what is secret in it', (spec) => {
    let shown = '';
    try {
      parseSpec(spec, '/base');
    } catch (error) {
      shown = JSON.stringify(error);
    }
    expect(shown).toMatch(/BACKLOT_E_SPEC_INVALID/);
    expect(shown).not.toMatch(/s3|cret/);
  });
});

describe('a spec for people', () => {
  it.each([
    ['hello@^1', 'hello@^1'],
    ['hi@npm:hello', 'hi@npm:hello@latest'],
    ['./x', '/base/x'],
    ['https://user:token@host/x.tgz', 'https://***@host/x.tgz'],
    ['https://token@host/x.tgz?sig=abc&v=2', 'https://***@host/x.tgz?sig=***&v=2'],
    ['git+https://user:token@host/r.git#main&path:x', 'https://***@host/r.git#main&path:x'],
    ['git+ssh://git@host/r#semver:^1', 'ssh://git@host/r#semver:^1'],
    ['git+ssh://me:pass@host/r', 'ssh://***@host/r'],
    ['git@host:owner/repo', 'git@host:owner/repo'],
  ])('%p is shown as %p', (spec, shown) => {
    expect(displaySpec(parseSpec(spec, '/base'))).toBe(shown);
  });

  it('hides credentials in text as it was written too', () => {
    expect(displaySpec('git+https://user:to/ken@host/r')).toBe('git+https://***@host/r');
    expect(displaySpec('git+https://user:token@host/owner/repo@v1')).toBe('git+https://***@host/owner/repo@v1');
    expect(displaySpec('git+https://host:8080/owner/repo@v1')).toBe('git+https://host:8080/owner/repo@v1');
    expect(displaySpec("fatal: unable to access 'https://u:p@host/r/': no")).toBe(
      "fatal: unable to access 'https://***@host/r/': no",
    );
  });

  it('has an address for the lock that holds no credentials', () => {
    expect(withoutCredentials('https://user:token@host/x.tgz?v=2&access_token=abc')).toBe('https://host/x.tgz?v=2');
    expect(withoutCredentials('ssh://me:pass@host/r')).toBe('ssh://me@host/r');
    expect(withoutCredentials('git@host:owner/repo')).toBe('git@host:owner/repo');
    expect(withoutCredentials('https://host/owner/repo.git')).toBe('https://host/owner/repo.git');
  });
});
