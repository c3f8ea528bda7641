import path from 'node:path';
import { devFoldersFor, listedFoldersFor } from '../../../src/host/local-folders';
import { temporaryDirectory } from '../../support/temporary-directory';

const listed = (folder: string): Record<string, string> =>
  Object.fromEntries(
    listedFoldersFor(path.join(folder, 'extensions.json')).map(({ source, target }) => [
      target,
      path.relative(folder, source),
    ]),
  );

describe('what a container sees of the host', () => {
  it('are the folders and tarballs of extensions.json, where it looks for them', () => {
    const folder = temporaryDirectory({
      'home/mine/package.json': {},
      'home/x.tgz': '',
      'beside/package.json': {},
      'home/extensions.json':
        '{ "extensions": ["a", "file:./mine", { "spec": "./x.tgz", }, "file:../beside", "./none"], }',
    });
    expect(listed(path.join(folder, 'home'))).toEqual({
      '/etc/backlot/mine': 'mine',
      '/etc/backlot/x.tgz': 'x.tgz',
      '/etc/beside': '../beside',
    });
  });

  it('are the seeds of its entries, too', () => {
    const folder = temporaryDirectory({
      'home/seeds/a.yaml': '',
      'customers.json': '[]',
      'home/extensions.json': {
        extensions: [
          { spec: 'a', seed: './seeds' },
          { spec: 'b', seed: '../customers.json' },
          { spec: 'c', seed: 'none.json' },
        ],
      },
    });
    expect(listed(path.join(folder, 'home'))).toEqual({
      '/etc/backlot/seeds': 'seeds',
      '/etc/customers.json': '../customers.json',
    });
  });

  it('are absolute paths where they are', () => {
    const elsewhere = temporaryDirectory({ 'package.json': {} });
    const folder = temporaryDirectory({ 'extensions.json': { extensions: [`file:${elsewhere}`] } });
    // The image has a link at /tmp, which leads there.
    const target = elsewhere.replace(/^\/tmp\//, '/var/lib/backlot/tmp/');
    expect(listedFoldersFor(path.join(folder, 'extensions.json'))).toEqual([{ source: elsewhere, target }]);
  });

  it('leave a list with mistakes to the platform', () => {
    expect(listed(temporaryDirectory({ 'extensions.json': '{ "extensions": 1 }' }))).toEqual({});
    expect(listed(temporaryDirectory({ 'extensions.json': '[' }))).toEqual({});
    expect(listed(temporaryDirectory())).toEqual({});
  });

  it('never hide the image', () => {
    const folder = temporaryDirectory({ 'extensions.json': { extensions: ['file:/usr', 'a'] } });
    expect(() => listed(folder)).toThrow(expect.objectContaining({ code: 'BACKLOT_E_OPTION_INVALID' }) as Error);
  });

  it('are the enabled folders, each below a name of its own', () => {
    const folder = temporaryDirectory({
      'a/my ext/package.json': {},
      'b/my ext/package.json': {},
      'extensions.dev.json': { folders: ['./a/my ext', './b/my ext'] },
    });
    expect(devFoldersFor(path.join(folder, 'extensions.json'))).toEqual([
      { source: path.join(folder, 'a/my ext'), target: '/etc/backlot/dev/my-ext' },
      { source: path.join(folder, 'b/my ext'), target: '/etc/backlot/dev/my-ext-2' },
    ]);
  });

  it('say which enabled folder is gone', () => {
    const folder = temporaryDirectory({ 'extensions.dev.json': { folders: ['./gone'] } });
    expect(() => devFoldersFor(path.join(folder, 'extensions.json'))).toThrow(
      expect.objectContaining({
        code: 'BACKLOT_E_PACKAGE_NOT_FOUND',
        remedy: expect.stringContaining('dev disable gone') as string,
      }) as Error,
    );
  });
});
