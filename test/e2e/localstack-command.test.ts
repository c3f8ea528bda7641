import { execFile, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { backlot } from '../support/backlot-command';
import { describeWithEngine } from '../support/describe-with-engine';
import { docker, IMAGE, REPOSITORY, uniqueName } from '../support/docker-run';

const run = promisify(execFile);

/** LocalStack's own command: where .ci/run puts it, or on the PATH. */
const COMMAND = [path.join(REPOSITORY, '.tmp', 'localstack', 'bin', 'localstack'), 'localstack'].find((each) =>
  path.isAbsolute(each) ? existsSync(each) : spawnSync(each, ['--version']).status === 0,
);

const describeWithCommand: (name: string, tests: () => void) => void =
  COMMAND === undefined
    ? (name, tests) => describe.skip(`${name} [skipped: there is none on this machine]`, tests)
    : describeWithEngine;

describeWithCommand('the command of LocalStack', () => {
  const name = uniqueName('localstack');
  const alias = `${name}:4.14.0`;
  const env = { ...process.env, MAIN_CONTAINER_NAME: name, IMAGE_NAME: alias, DISABLE_EVENTS: '1' };
  const localstack = async (...args: string[]): Promise<string> =>
    (await run(COMMAND ?? '', args, { env, timeout: 60_000 })).stdout;

  beforeAll(() => docker('tag', IMAGE, alias));
  afterAll(async () => {
    await docker('rm', '--force', '--volumes', name).catch(() => undefined);
    await docker('volume', 'rm', '--force', name);
    await docker('rmi', alias);
  });

  it('waits for what `backlot start` has started, says how it is, shows its log, and stops it', async () => {
    const started = await backlot(['start', '-d', '--port', '0', '--name', name], env);
    expect(started).toMatchObject({ code: 0 });
    await localstack('wait', '--timeout', '60');
    const status = JSON.parse(await localstack('status', 'docker', '--format', 'json')) as object;
    expect(status).toMatchObject({
      runtime_version: '4.14.0',
      image_tag: '4.14.0',
      running: true,
      container_name: name,
    });
    const lines = (await localstack('logs')).trim().split('\n');
    expect(lines.at(-1)).toBe('Ready.');
    expect(await localstack('stop')).toContain(`container stopped: ${name}`);
    expect(await backlot(['status'], env)).toMatchObject({ code: 1 });
  });
});
