import type { ExtensionEntry } from '../../../src/extensions/list';
import type { ExtensionManifest } from '../../../src/extensions/manifest';
import { selectExtensions } from '../../../src/extensions/select-extensions';

const one = { name: 'good-one', module: 'one.js', exportName: 'default' };
const other = { name: 'good-other', module: 'other.js', exportName: 'default' };
const manifest: ExtensionManifest = {
  package: 'good',
  version: '1.0.0',
  extensions: [one, other],
  containers: false,
  file: '/p.json',
};
const entry = (more: Partial<ExtensionEntry> = {}): ExtensionEntry => ({
  spec: 'good',
  enabled: true,
  required: false,
  origin: { source: '/extensions.json', line: 3, column: 5, index: 0, baseDirectory: '/' },
  ...more,
});

describe('the extensions that an entry means', () => {
  it('are all of the package', () => {
    expect(selectExtensions(entry(), manifest)).toEqual([one, other]);
  });

  it('are the one that it names, which may have a config', () => {
    expect(selectExtensions(entry({ name: 'good-other', config: {} }), manifest)).toEqual([other]);
  });

  it('must be in the package; the nearest is named, and all that there are', () => {
    expect(() => selectExtensions(entry({ name: 'good-on' }), manifest)).toThrow(
      expect.objectContaining({
        code: 'BACKLOT_E_NAME_UNKNOWN',
        message: 'good holds no extension "good-on" (did you mean "good-one"?); it holds good-one, good-other',
        where: { file: '/extensions.json', line: 3, column: 5 },
      }) as Error,
    );
  });

  it('must be one when there is a config or a seed', () => {
    expect(() => selectExtensions(entry({ config: {} }), manifest)).toThrow(
      expect.objectContaining({ code: 'BACKLOT_E_CONFIG_AMBIGUOUS' }) as Error,
    );
    expect(() => selectExtensions(entry({ seed: 'seed.json' }), manifest)).toThrow('which of them its "seed" is for');
    expect(selectExtensions(entry({ config: {} }), { ...manifest, extensions: [one] })).toEqual([one]);
  });
});
