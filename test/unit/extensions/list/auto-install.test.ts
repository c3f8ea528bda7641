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

  it('does not add a package twice by itself', () => {
    expect(specsOf(mergeEntries([], entriesFromAutoInstall('a@1,a@2', '/base')))).toEqual(['a@1']);
  });

  it('keeps a spec that cannot be understood, so that installing reports it', () => {
    expect(specsOf(mergeEntries([], entriesFromAutoInstall('Not OK', '/base')))).toEqual(['Not OK']);
  });
});
