import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { REPOSITORY } from '../support/run-platform';
import { temporaryDirectory } from '../support/temporary-directory';

describe('host mode', () => {
  it('hands the enabled folders over by their own paths', async () => {
    const folder = temporaryDirectory({
      'thing/package.json': {},
      'extensions.dev.json': { folders: ['./thing', './other'] },
      'other/package.json': {},
      'program.js': 'console.log(process.env.BACKLOT_DEV_EXTENSIONS)',
    });
    const script = `require(${JSON.stringify(path.join(REPOSITORY, 'dist/host/host-mode.js'))}).runOnHost({}, undefined, './program.js')`;
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', script], { cwd: folder });
    expect(stdout).toBe(`${path.join(folder, 'thing')}:${path.join(folder, 'other')}\n`);
  });
});
