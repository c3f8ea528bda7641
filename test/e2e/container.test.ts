import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeWithEngine } from '../support/describe-with-engine';
import { Container, docker, FIXTURES, IMAGE, removeContainers, uniqueName } from '../support/docker-run';
import { temporaryDirectory } from '../support/temporary-directory';
import { waitFor } from '../support/wait-for';

/** Options that mount a list of extensions, and the folder of fixtures that it names. */
function withExtensions(extensions: readonly unknown[] | string): string[] {
  const list = typeof extensions === 'string' ? extensions : JSON.stringify({ extensions });
  const folder = temporaryDirectory({ 'extensions.json': list });
  chmodSync(folder, 0o755);
  return [
    ...['-v', `${join(folder, 'extensions.json')}:/etc/backlot/extensions.json:ro`],
    ...['-v', `${FIXTURES}:/etc/backlot/fixtures:ro`],
  ];
}

const HARDENED = ['--read-only', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'];

describeWithEngine('the container', () => {
  const volumes: string[] = [];
  afterEach(async () => {
    await removeContainers();
    for (const volume of volumes.splice(0)) await docker('volume', 'rm', '-f', volume);
  });

  it('installs and serves with a read-only root, without capabilities, as a user that is not root', async () => {
    const container = await Container.run([...HARDENED, ...withExtensions(['file:./fixtures/good-cjs'])]);
    await container.ready();
    expect(container.logs().stdout).toContain('installed');
    expect(await container.json('/good-cjs')).toEqual({ extension: 'good-cjs' });
    expect(await container.exec('id', '-u')).toBe('1000');
    expect(await container.exec('sh', '-c', '[ -w /opt/backlot/dist ] || echo not writable')).toBe('not writable');
  });

  it('starts a second time from the same volume without a network, and installs nothing', async () => {
    const volume = uniqueName('volume');
    volumes.push(volume);
    const options = ['-v', `${volume}:/var/lib/backlot`, ...withExtensions(['file:./fixtures/with-config'])];
    const first = await Container.run(options);
    await first.ready();
    expect(first.logs().stdout).toContain('installing');
    await docker('stop', first.name);
    const second = new Container(uniqueName('offline'));
    await docker('run', '-d', '--name', second.name, '--network', 'none', ...HARDENED, ...options, IMAGE);
    await second.ready();
    expect(second.logs().stdout).not.toContain('installing');
    const answer = await second.exec('node', '-e', FETCH_INSIDE);
    expect(JSON.parse(answer)).toMatchObject({ extension: 'with-config' });
  });

  it('comes back when the runtime inside is killed', async () => {
    const container = await Container.run(withExtensions(['backlot-extension-hello-world']));
    await container.ready();
    await container.exec('bash', '-c', KILL_RUNTIME);
    await container.ready(2);
    expect(await container.json('/hello/again')).toEqual({ message: 'hello, again' });
    expect(container.logs().stderr).toContain('the runtime ended with SIGKILL; restart 1 of 5');
  });

  it.each(['SIGTERM', 'SIGINT'])('stops in order on %s, with exit code 0', async (signal) => {
    const container = await Container.run(withExtensions(['backlot-extension-hello-world']));
    await container.ready();
    await docker('kill', '--signal', signal, container.name);
    expect(await container.ended()).toBe(0);
    expect(container.logs().stdout).toContain('stopped');
  });

  it('is healthy in the eyes of the engine', async () => {
    const container = await Container.run(['--health-interval', '1s']);
    await container.ready();
    const healthy = async (): Promise<boolean> => (await container.inspect('{{.State.Health.Status}}')) === 'healthy';
    await waitFor('the health check', healthy, 20_000);
  });

  it('refuses a list with a mistake, with its place and exit code 1', async () => {
    const container = await Container.run(withExtensions('{\n  "extensions": ["a"],,\n}'));
    expect(await container.ended()).toBe(1);
    expect(container.logs().stderr).toContain('BACKLOT_E_LIST_SYNTAX');
    expect(container.logs().stderr).toMatch(/\/etc\/backlot\/extensions\.json:2:\d+/);
  });

  it('refuses the start when a required extension fails', async () => {
    const required = { spec: 'file:./fixtures/throws-on-import', required: true };
    const container = await Container.run(withExtensions([required]));
    expect(await container.ended()).toBe(1);
    expect(container.logs().stderr).toContain('BACKLOT_E_REQUIRED_FAILED');
  });

  it('refuses a volume that it may not write to', async () => {
    const container = await Container.run(['--tmpfs', '/var/lib/backlot:mode=0555,uid=0']);
    expect(await container.ended()).toBe(1);
    expect(container.logs().stderr).toContain('BACKLOT_E_VOLUME_NOT_WRITABLE');
  });

  it('runs the init scripts of both folders, and reaps what they leave behind', async () => {
    const folder = temporaryDirectory();
    chmodSync(folder, 0o755);
    const script = join(folder, 'a.sh');
    // The inner process outlives the script, and becomes a zombie that only the first process can reap.
    writeFileSync(script, '#!/bin/sh\necho ran $0\n(sleep 0.2 &) >/dev/null 2>&1\n');
    chmodSync(script, 0o755);
    const mounts = ['/etc/localstack/init/ready.d', '/etc/backlot/init/boot.d'].flatMap((to) => [
      '-v',
      `${folder}:${to}:ro`,
    ]);
    const container = await Container.run(mounts);
    await container.ready();
    expect(await container.json('/_localstack/init')).toMatchObject({
      scripts: [
        { stage: 'BOOT', name: 'a.sh', state: 'SUCCESSFUL' },
        { stage: 'READY', name: 'a.sh', state: 'SUCCESSFUL' },
      ],
    });
    const reaped = async (): Promise<boolean> => !(await container.exec('bash', '-c', LIST_STATES)).includes('sleep');
    await waitFor('the end of the processes that were left behind', reaped, 10_000);
  });

  it('keeps what it keeps at the path of LocalStack, where something is mounted there', async () => {
    const folder = temporaryDirectory();
    chmodSync(folder, 0o777);
    const volume = uniqueName('theirs');
    volumes.push(volume);
    for (const source of [folder, volume]) {
      const options = ['-v', `${source}:/var/lib/localstack`, ...withExtensions(['file:./fixtures/with-config'])];
      // LocalStack's command mounts this file, too, for which the engine makes the folder as root's.
      const machine = [
        '-v',
        `${join(FIXTURES, '..', '..', 'tsconfig.json')}:/var/lib/localstack/cache/machine.json:ro`,
      ];
      const first = await Container.run([...HARDENED, ...options, ...(source === folder ? machine : [])]);
      await first.ready();
      expect(first.logs().stdout).toContain('installing');
      await first.remove();
      const second = await Container.run([...HARDENED, ...options]);
      await second.ready();
      expect(second.logs().stdout).not.toContain('installing');
      await second.remove();
    }
    expect(readdirSync(join(folder, 'lib', 'extensions'))).not.toEqual([]);
    chmodSync(folder, 0o555);
    const refused = await Container.run(['-v', `${folder}:/var/lib/localstack`]);
    await refused.ready();
    expect(refused.logs().stderr).toContain('/var/lib/localstack cannot be written to by user 1000');
  });

  it('restarts and ends when it is asked to over HTTP', async () => {
    const container = await Container.run();
    await container.ready();
    const url = await container.url();
    const post = (action: string): Promise<Response> =>
      fetch(`${url}/_localstack/health`, { method: 'POST', body: JSON.stringify({ action }) });
    expect((await post('restart')).status).toBe(200);
    await container.ready(2);
    await post('kill');
    expect(await container.ended()).toBe(0);
  });

  it('starts behind an entrypoint that a client puts in front, as Testcontainers for Java does', async () => {
    const container = new Container(uniqueName('java'));
    const wait = 'while [ ! -f /testcontainers_start.sh ]; do sleep 0.1; done; /testcontainers_start.sh';
    await docker(
      'run',
      '-d',
      '--name',
      container.name,
      '-p',
      '127.0.0.1::4566',
      '--entrypoint',
      'sh',
      IMAGE,
      '-c',
      wait,
    );
    const folder = temporaryDirectory();
    mkdirSync(folder, { recursive: true });
    const script = join(folder, 'testcontainers_start.sh');
    writeFileSync(script, '#!/bin/bash\n/usr/local/bin/docker-entrypoint.sh\n');
    chmodSync(script, 0o755);
    await docker('cp', script, `${container.name}:/testcontainers_start.sh`);
    await container.ready();
    expect(await container.json('/_localstack/health')).toMatchObject({ edition: 'community' });
  });

  it('holds what production needs, and nothing of the workshop', async () => {
    const listed = await docker('run', '--rm', IMAGE, 'bash', '-c', LIST_IMAGE);
    expect(listed.split('\n')).toEqual(['bundled', 'dist', 'extensions.schema.json', 'node_modules', 'package.json']);
    const labels = await docker('image', 'inspect', '--format', '{{json .Config}}', IMAGE);
    const { Labels, Env } = JSON.parse(labels) as { Labels: Record<string, string>; Env: string[] };
    expect(Labels['dev.backlot.version']).toMatch(/^\d+\.\d+\.\d+$/);
    expect(Env).toContainEqual(expect.stringMatching(/^LOCALSTACK_BUILD_VERSION=4\.\d+\.\d+$/));
  });
});

const FETCH_INSIDE = `fetch('http://127.0.0.1:4566/with-config').then(async (r) => console.log(await r.text()))`;
const KILL_RUNTIME = `for p in /proc/[0-9]*; do
  if tr '\\0' ' ' < $p/cmdline | grep -q '^[^ ]*node .*/opt/backlot/dist/bin/runtime.js *$'; then kill -9 \${p#/proc/}; fi
done`;
const LIST_STATES = `for p in /proc/[0-9]*; do sed -n 's/^Name://p' $p/status 2>/dev/null; done`;
const LIST_IMAGE = `ls /opt/backlot; for tool in jest eslint prettier ts-jest; do
  if [ -e /opt/backlot/node_modules/$tool ]; then echo $tool; fi
done`;
