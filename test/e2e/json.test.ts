import { describeWithEngine } from '../support/describe-with-engine';
import { runCommand } from '../support/run-command';
import { StandInImage } from '../support/stand-in-image';
import { temporaryDirectory } from '../support/temporary-directory';

const image = new StandInImage();
const name = `${image.prefix}-json`;

/** Runs a command with --json on the engine of this machine; what it printed must be JSON, one value a line. */
async function ask(...args: string[]): Promise<{ code: number | null; told: unknown[] }> {
  const env = { DOCKER_HOST: process.env.DOCKER_HOST ?? '' };
  const { code, stdout, stderr } = await runCommand([...args, '--name', name, '--json'], {
    cwd: temporaryDirectory(),
    env,
  });
  expect(stderr).toBe('');
  return {
    code,
    told: stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as unknown),
  };
}

describeWithEngine('the life of a container, told to a program', () => {
  beforeAll(() => image.build());
  afterAll(() => image.remove());

  it('is JSON, and nothing but JSON, from the start to the stop', async () => {
    const url = expect.stringMatching(/^http:\/\/localhost:\d+$/) as string;
    const started = await ask('start', '-d', '--wait', '--image', image.name, '--port', '0');
    expect(started).toEqual({ code: 0, told: [{ name, url, state: 'ready', alreadyRunning: false }] });
    expect(await ask('wait')).toEqual({ code: 0, told: [{ name, state: 'ready' }] });
    const { told: logged } = await ask('logs');
    expect(logged).toContainEqual({
      time: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      stream: 'stderr',
      extension: 'hello-world',
      level: 'warn',
      line: '2026-01-02T12:00:01.205Z warn  [hello-world] Grüße 👋',
    });
    expect(logged).toContainEqual(expect.objectContaining({ stream: 'stdout', extension: null, line: '  Ready.  ' }));
    expect(await ask('restart')).toEqual({ code: 0, told: [{ name, url, state: 'ready' }] });
    expect(await ask('status')).toEqual({ code: 0, told: [expect.objectContaining({ name, state: 'ready' })] });
    expect(await ask('stop')).toEqual({ code: 0, told: [{ name, wasRunning: true, exitCode: 0, killed: false }] });
    expect(await ask('stop')).toEqual({ code: 0, told: [{ name, wasRunning: false, exitCode: null, killed: false }] });
    expect(await ask('status')).toMatchObject({ code: 1, told: [{ name, state: 'absent' }] });
  });
});
