import { entriesFromAutoInstall, mergeEntries, type ExtensionEntry } from '../../../../src/extensions/list';

const specsOf = (entries: readonly ExtensionEntry[]): string[] => entries.map(({ spec }) => spec);
const listed = (spec: string, enabled = true): ExtensionEntry => ({
  spec,
  enabled,
  required: false,
  origin: { source: '/list/extensions.json', baseDirectory: '/list' },
});

describe('EXTENSION_AUTO_INSTALL', () => {
  it('is a list of specs with commas, whose ranges may have blanks', () => {
    const entries = entriesFromAutoInstall(' a , b@>=1 <2 || ^3,, @acme/c@next,file:./d, a', '/base');
    expect(specsOf(entries)).toEqual(['a', 'b@>=1 <2 || ^3', '@acme/c@next', 'file:./d']);
    expect(entries[0]).toEqual({
      spec: 'a',
      enabled: true,
      required: false,
      origin: { source: 'EXTENSION_AUTO_INSTALL', baseDirectory: '/base' },
    });
  });

  it.each(['', ' ', ',', ' , '])('is an empty list for %p', (value) => {
    expect(entriesFromAutoInstall(value, '/base')).toEqual([]);
  });

  it('adds to the list, behind it', () => {
    expect(specsOf(mergeEntries([listed('a')], entriesFromAutoInstall('b,c', '/base')))).toEqual(['a', 'b', 'c']);
  });

  it('does not add a package that is listed, whatever its range, even when it is disabled there', () => {
    const list = [listed('a@^1'), listed('@acme/b', false)];
    expect(specsOf(mergeEntries(list, entriesFromAutoInstall('a@2,@acme/b@next', '/base')))).toEqual([
      'a@^1',
      '@acme/b',
    ]);
  });

  it('does not add a folder that is listed under another spelling', () => {
    const list = [listed('file:./x')];
    expect(specsOf(mergeEntries(list, entriesFromAutoInstall('../list/x,./x', '/base')))).toEqual(['file:./x', './x']);
  });

  it('does not add a repository that is listed with another ref, but does add another folder of it', () => {
    const list = [listed('github:acme/x#v1&path:a'), listed('https://host/y.tgz')];
    const extra = 'git+https://github.com/acme/x@main#path:a,github:acme/x#path:b,https://user:token@host/y.tgz';
    expect(specsOf(mergeEntries(list, entriesFromAutoInstall(extra, '/base')))).toEqual([
      'github:acme/x#v1&path:a',
      'https://host/y.tgz',
      'github:acme/x#path:b',
    ]);
  });

  it('adds one package under two names', () => {
    const merged = mergeEntries([listed('a')], entriesFromAutoInstall('b@npm:a@1,b@npm:a@2', '/base'));
    expect(specsOf(merged)).toEqual(['a', 'b@npm:a@1']);
  });

  it('does not add a package twice by itself', () => {
    expect(specsOf(mergeEntries([], entriesFromAutoInstall('a@1,a@2', '/base')))).toEqual(['a@1']);
  });

  it('keeps a spec that cannot be understood, so that installing reports it', () => {
    expect(specsOf(mergeEntries([], entriesFromAutoInstall('Not OK', '/base')))).toEqual(['Not OK']);
  });
});
