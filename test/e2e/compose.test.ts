import { execFileSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { describeWithEngine } from '../support/describe-with-engine';
import { Container, docker, REPOSITORY, uniqueName } from '../support/docker-run';
import { temporaryDirectory } from '../support/temporary-directory';

describeWithEngine('docker compose', () => {
  const project = uniqueName('compose');
  const container = new Container(project);
  let compose: (...args: string[]) => string;

  beforeAll(() => {
    // What a fresh clone has, and nothing that lies about in this one.
    const clone = temporaryDirectory();
    const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: REPOSITORY, encoding: 'utf8' });
    for (const file of files.trim().split('\n')) cpSync(join(REPOSITORY, file), join(clone, file));
    const env = {
      ...process.env,
      COMPOSE_PROJECT_NAME: project,
      MAIN_CONTAINER_NAME: project,
      IMAGE_NAME: `backlot:${project}`,
      BACKLOT_PORT: '0',
    };
    compose = (...args) =>
      execFileSync('docker', ['compose', ...args], { cwd: clone, env, encoding: 'utf8', stdio: 'pipe' });
  });

  afterAll(async () => {
    compose('down', '--volumes', '--timeout', '5');
    await docker('image', 'rm', '-f', `backlot:${project}`).catch(() => undefined);
  });

  it('builds, reaches Ready., serves the extensions, and ends with exit code 0', async () => {
    compose('up', '-d');
    await container.ready();
    const { stdout, stderr } = container.logs();
    const lines = stdout.split('\n');
    expect(lines.filter((line) => line === 'Ready.')).toHaveLength(1);
    expect(lines.slice(0, lines.indexOf('Ready.')).join('\n')).not.toContain('Ready');
    expect(stderr).toBe('');
    expect(stdout).toContain('my extension is loaded and the platform is ready to roll');

    expect(await container.url()).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const answer = await fetch(`${await container.url()}/hello/ada`);
    expect(answer.headers.get('x-hello-world')).toBe('1');
    expect(await answer.json()).toEqual({ message: 'hello, ada' });
    expect(await container.json('/nowhere', { headers: { 'x-hello': 'stop' } })).toEqual({ stopped: true });
    expect(await container.json('/_backlot/health')).toEqual(await container.json('/_localstack/health'));

    compose('exec', '-T', 'backlot', 'getent', 'hosts', 'host.docker.internal');

    compose('stop');
    expect(await container.inspect('{{.State.ExitCode}}')).toBe('0');
    compose('down');
    expect(await docker('ps', '-aq', '--filter', `name=${project}`)).toBe('');
  });
});
