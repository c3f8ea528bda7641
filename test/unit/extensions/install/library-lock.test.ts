import { existsSync, mkdirSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { withLibraryLock } from '../../../../src/extensions/install/library-lock';
import { temporaryDirectory } from '../../../support/temporary-directory';

describe('the lock of the library', () => {
  it('lets one at a time work, and makes the folder', async () => {
    const directory = path.join(temporaryDirectory(), 'new/lib');
    let working = 0;
    const seen: number[] = [];
    const work = async (): Promise<void> => {
      seen.push(++working);
      await new Promise((resolve) => setImmediate(resolve));
      working--;
    };
    await Promise.all([1, 2, 3].map(() => withLibraryLock(directory, 5_000, work)));
    expect(seen).toEqual([1, 1, 1]);
  });

  it('says that the volume is busy when it is not to be had in time', async () => {
    const directory = temporaryDirectory();
    await withLibraryLock(directory, 1_000, async () => {
      await expect(withLibraryLock(directory, 400, () => Promise.resolve())).rejects.toMatchObject({
        code: 'BACKLOT_E_VOLUME_BUSY',
        message: `another process has been installing into ${directory} for more than 0.4 s`,
      });
    });
  });

  it('is taken over from a process that was killed', async () => {
    const directory = temporaryDirectory();
    mkdirSync(path.join(directory, '.lock'));
    const longAgo = new Date(Date.now() - 60_000);
    utimesSync(path.join(directory, '.lock'), longAgo, longAgo);
    expect(await withLibraryLock(directory, 400, () => Promise.resolve('done'))).toBe('done');
    expect(existsSync(path.join(directory, '.lock'))).toBe(false);
  });

  it('is released when the work fails', async () => {
    const directory = temporaryDirectory();
    const fails = withLibraryLock(directory, 400, () => Promise.reject(new Error('no')));
    await expect(fails).rejects.toThrow('no');
    expect(await withLibraryLock(directory, 400, () => Promise.resolve('done'))).toBe('done');
  });

  it('is no longer waited for once the signal fires', async () => {
    const directory = temporaryDirectory();
    await withLibraryLock(directory, 1_000, async () => {
      const stop = AbortSignal.timeout(50);
      const waits = withLibraryLock(directory, 60_000, () => Promise.resolve(), stop);
      await expect(waits).rejects.toMatchObject({ name: 'AbortError' });
    });
  });

  it('cannot be had where nothing can be written', async () => {
    const file = path.join(temporaryDirectory({ file: '' }), 'file');
    await expect(withLibraryLock(path.join(file, 'lib'), 60_000, () => Promise.resolve())).rejects.toMatchObject({
      code: 'BACKLOT_E_VOLUME_NOT_WRITABLE',
    });
  });
});
