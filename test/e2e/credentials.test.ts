import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { Emulator } from '../../src/host';
import { describeWithEngine } from '../support/describe-with-engine';
import { docker, IMAGE, uniqueName } from '../support/docker-run';
import { temporaryDirectory } from '../support/temporary-directory';

const TOKEN = 'npm_s3cretThatNobodyMaySee';
const INSIDE = '/run/secrets/backlot-npmrc';

describeWithEngine('the credentials of package registries', () => {
  const before = process.env.BACKLOT_NPMRC;
  let file: string;
  const emulators: Emulator[] = [];
  const volumes: string[] = [];

  beforeEach(() => {
    file = path.join(temporaryDirectory(), 'npmrc');
    process.env.BACKLOT_NPMRC = file;
  });
  afterEach(async () => {
    delete process.env.BACKLOT_TEST_TOKEN;
    for (const emulator of emulators.splice(0)) await emulator.stop();
    for (const volume of volumes.splice(0)) await docker('volume', 'rm', '-f', volume);
  });
  afterAll(() => {
    if (before === undefined) delete process.env.BACKLOT_NPMRC;
    else process.env.BACKLOT_NPMRC = before;
  });

  async function start(name = uniqueName('credentials')): Promise<Emulator> {
    const volume = `${name}-data`;
    volumes.push(volume);
    const emulator = await Emulator.start({ name, image: IMAGE, port: 0, volume, environment: { DEBUG: '1' } });
    emulators.push(emulator);
    return emulator;
  }

  it('reach the container as a file that only its user can read, and are nowhere else', async () => {
    process.env.BACKLOT_TEST_TOKEN = TOKEN;
    writeFileSync(file, '//npm.acme.example/:_authToken=${BACKLOT_TEST_TOKEN}\n', { mode: 0o600 });
    const emulator = await start();
    const { name, url } = emulator;
    expect(await docker('exec', name, 'cat', INSIDE)).toBe(`//npm.acme.example/:_authToken=${TOKEN}`);
    expect(await docker('exec', name, 'stat', '-c', '%u:%g %a', INSIDE)).toBe('1000:1000 400');
    expect(await docker('exec', name, 'stat', '-c', '%u %a', path.posix.dirname(INSIDE))).toBe('0 755');

    const get = async (resource: string) => (await fetch(url + resource)).text();
    const logs: string[] = [];
    for await (const { line } of emulator.logs()) logs.push(line);
    const places = {
      inspection: await docker('inspect', name),
      image: await docker('inspect', IMAGE),
      history: await docker('history', '--no-trunc', IMAGE),
      environment: await docker('exec', name, 'env'),
      logs: logs.join('\n'),
      health: await get('/_backlot/health'),
      info: await get('/_backlot/info'),
      extensions: await get('/_backlot/extensions'),
    };
    for (const [place, text] of Object.entries(places)) {
      expect(text).not.toBe('');
      expect({ place, hasToken: text.includes(TOKEN) }).toEqual({ place, hasToken: false });
    }
  });

  it('are not there when there are none on the host', async () => {
    const { name } = await start();
    await expect(docker('exec', name, 'cat', INSIDE)).rejects.toThrow('No such file');
  });

  it('that cannot be read fail the start, and leave no container behind', async () => {
    process.env.BACKLOT_NPMRC = temporaryDirectory();
    const name = uniqueName('credentials');
    await expect(start(name)).rejects.toMatchObject({ code: 'BACKLOT_E_CREDENTIALS_NOT_WRITABLE' });
    expect(await docker('ps', '-a', '--filter', `name=${name}`, '--format', '{{.Names}}')).toBe('');
  });
});
