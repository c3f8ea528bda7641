import { Emulator } from '../../src/host';
import { describeWithEngine } from '../support/describe-with-engine';
import { IMAGE } from '../support/docker-run';
import { runCommand } from '../support/run-command';
import { docker, StandInImage } from '../support/stand-in-image';
import { temporaryDirectory } from '../support/temporary-directory';

const image = new StandInImage();
const name = `${image.prefix}-doctor`;

interface Told {
  readonly check: string;
  readonly state: string;
  readonly found: string;
  readonly mend: string | null;
}

async function ask(...args: string[]): Promise<{ code: number | null; stdout: string; ms: number }> {
  const began = performance.now();
  const env = { DOCKER_HOST: process.env.DOCKER_HOST ?? '' };
  const { code, stdout } = await runCommand([...args, '--json'], { cwd: temporaryDirectory(), env });
  return { code, stdout, ms: performance.now() - began };
}

async function doctor(who = name) {
  const { code, stdout, ms } = await ask('doctor', '--name', who);
  const told = JSON.parse(stdout) as Told[];
  return { code, ms, find: (check: string) => told.find((each) => each.check === check) };
}

describeWithEngine('backlot doctor and config, with an instance that runs', () => {
  beforeAll(async () => {
    image.build();
    await Emulator.start({ name, image: IMAGE, port: 0, environment: { BACKLOT_ADMIN_TOKEN: 'hush', DEBUG: '1' } });
  });
  afterAll(() => image.remove());

  it('finds the instance well: its engine, port, volume, version and certificate', async () => {
    const { find, ms } = await doctor();
    expect(find('engine')).toMatchObject({
      state: 'ok',
      found: expect.stringMatching(/^(Docker|Podman) \d/) as string,
    });
    expect(find('engine API')).toMatchObject({ state: 'ok' });
    expect(find('engine resources')).toMatchObject({
      found: expect.stringMatching(/\d+ processors?, .* GiB/) as string,
    });
    expect(find('clock')).toMatchObject({ state: 'ok' });
    expect(find('instance')).toMatchObject({ state: 'ok', found: expect.stringContaining(`${name} runs`) as string });
    expect(find('port 4566')).toMatchObject({
      state: 'ok',
      found: expect.stringContaining(`${name} has it`) as string,
    });
    expect(find('volume')).toMatchObject({ found: expect.stringMatching(/can be written to, .*free$/) as string });
    expect(find('certificate')).toMatchObject({ state: 'ok', found: expect.stringMatching(/until \d{4}-/) as string });
    expect(ms).toBeLessThan(6_000);
  });

  it('names what an earlier instance has left, and how to remove it', async () => {
    const left = `${name}-left`;
    await Emulator.start({ name: left, image: image.name, port: 0 });
    docker('kill', left);
    const { find } = await doctor(left);
    expect(find('instance')).toMatchObject({ state: 'warning', found: `${left} has ended with exit code 137` });
    expect(find('leftovers')).toMatchObject({
      state: 'warning',
      found: expect.stringContaining(left) as string,
      mend: expect.stringContaining(`backlot stop --name ${left}`) as string,
    });
  });

  it('shows the settings of the container and who says so, without secrets', async () => {
    const { code, stdout } = await ask('config', 'show', '--name', name);
    expect(code).toBe(0);
    expect(stdout).not.toContain('hush');
    const { engine, container } = JSON.parse(stdout) as {
      engine: string;
      container: { name: string; running: boolean; settings: { name: string }[] };
    };
    expect(engine).toMatch(/\w/);
    expect(container).toMatchObject({ name, running: true });
    const find = (setting: string) => container.settings.find((each) => each.name === setting);
    expect(find('DEBUG')).toEqual({ name: 'DEBUG', value: '1', origin: 'flag', from: '--env DEBUG' });
    expect(find('BACKLOT_ADMIN_TOKEN')).toMatchObject({ value: '***', origin: 'flag' });
    expect(find('LOCALSTACK_HOST')).toMatchObject({ origin: 'environment' });
    expect(find('GATEWAY_LISTEN')).toEqual({
      name: 'GATEWAY_LISTEN',
      value: '0.0.0.0:4566',
      origin: 'default',
      from: null,
    });
  });
});
