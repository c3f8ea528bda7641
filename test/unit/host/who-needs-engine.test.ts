import path from 'node:path';
import { resolveSettings } from '../../../src/host/settings';
import { whoNeedsEngine } from '../../../src/host/who-needs-engine';
import { temporaryDirectory } from '../../support/temporary-directory';

const packageFile = (name: string, containers: boolean): unknown => ({
  name,
  version: '1.0.0',
  backlot: { extensions: { [`${name}-a`]: './a.js', [`${name}-b`]: './b.js' }, containers },
});

describe('who needs the engine', () => {
  it('is told by the package.json of folders, of what is developed, and of what comes with Backlot', async () => {
    const cwd = temporaryDirectory({
      'runs/package.json': packageFile('runs', true),
      'plain/package.json': packageFile('plain', false),
      'developed/package.json': packageFile('developed', true),
      'off/package.json': packageFile('off', true),
      'extensions.json': {
        extensions: [
          { spec: 'file:./runs', name: 'runs-b' },
          'file:./plain',
          'file:./gone',
          { spec: 'file:./off', enabled: false },
        ],
      },
      'extensions.dev.json': { folders: ['./developed'] },
    });
    const settings = resolveSettings({ extensions: ['backlot-extension-notes'] }, { env: {}, cwd });
    expect(await whoNeedsEngine(settings, false)).toEqual({
      asking: ['runs-b', 'notes', 'developed-a', 'developed-b'],
      unknown: [],
    });
  });

  it('is nobody without a list, or with one that is broken', async () => {
    const cwd = temporaryDirectory({ 'broken.json': '{' });
    for (const extensionsFile of [undefined, path.join(cwd, 'broken.json')]) {
      const options = extensionsFile === undefined ? {} : { extensionsFile };
      expect(await whoNeedsEngine(resolveSettings(options, { env: {}, cwd }), true)).toEqual({
        asking: [],
        unknown: [],
      });
    }
  });

  it('says what it could not look at, when it is thorough', async () => {
    const cwd = temporaryDirectory({ 'broken.tgz': 'no archive' });
    const settings = resolveSettings({ extensions: [`file:${path.join(cwd, 'broken.tgz')}`] }, { env: {}, cwd });
    expect(await whoNeedsEngine(settings, false)).toEqual({ asking: [], unknown: [] });
    expect(await whoNeedsEngine(settings, true)).toEqual({
      asking: [],
      unknown: [expect.stringContaining('broken.tgz: ')],
    });
  });
});
