import path from 'node:path';
import { Emulator } from '../../src/host';
import { describeWithEngine } from '../support/describe-with-engine';
import { docker, StandInImage } from '../support/stand-in-image';
import { temporaryDirectory } from '../support/temporary-directory';

describeWithEngine('what a container sees of the host', () => {
  const image = new StandInImage();
  beforeAll(() => image.build());
  afterAll(() => image.remove());

  it('are the folders that extensions.json names, and those that are developed, read-only', async () => {
    const elsewhere = temporaryDirectory({ 'package.json': { name: 'elsewhere' } });
    const folder = temporaryDirectory({
      'mine/package.json': { name: 'mine' },
      'developed/package.json': { name: 'developed' },
      'extensions.json': { extensions: ['file:./mine', `file:${elsewhere}`, 'file:./not-there'] },
      'extensions.dev.json': { folders: ['./developed'] },
    });
    await using emulator = await Emulator.start({
      name: `${image.prefix}-folders`,
      image: image.name,
      port: 0,
      extensionsFile: path.join(folder, 'extensions.json'),
      timeoutSeconds: 30,
    });
    const { name } = emulator;
    const places = ['/etc/backlot/mine', elsewhere, '/etc/backlot/dev/developed'];
    const names = places.map((place) => JSON.parse(docker('exec', name, 'cat', `${place}/package.json`)) as object);
    expect(names).toEqual([{ name: 'mine' }, { name: 'elsewhere' }, { name: 'developed' }]);
    expect(docker('exec', name, 'printenv', 'BACKLOT_DEV_EXTENSIONS').trim()).toBe('/etc/backlot/dev/developed');
    expect(() => docker('exec', name, 'touch', '/etc/backlot/dev/developed/x')).toThrow('Read-only file system');
  });
});
