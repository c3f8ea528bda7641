import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FIXTURES, RunningPlatform, type RunOptions } from '../support/run-platform';
import { waitFor } from '../support/wait-for';

const HOLDS = `file:${join(FIXTURES, 'holds-event-loop')}`;
const GOOD = `file:${join(FIXTURES, 'good-cjs')}`;
const INDEX = join('holds-event-loop', 'index.js');

const running: RunningPlatform[] = [];

async function start(environment: Record<string, string>, options: RunOptions = {}): Promise<RunningPlatform> {
  const platform = await RunningPlatform.start({ extensions: [HOLDS, GOOD], environment, ...options });
  running.push(platform);
  return platform;
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((platform) => platform.stop()));
});

interface Described {
  readonly state: string;
  readonly error?: { code: string; message: string; where: { file?: string; line?: number; extension?: string } };
}

interface Health {
  readonly services: Record<string, string>;
  readonly errors?: Record<string, { code: string; message: string }>;
}

const describeHolds = (platform: RunningPlatform): Promise<Described> =>
  platform.json<Described>('/_backlot/extensions/holds-event-loop');

/** Whether a process has used the processor for some tenths of a second more since it was first asked about. */
const usedBefore = new Map<number, number>();
function isBusy(pid: number): boolean {
  const [user = '0'] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ').slice(11) ?? [];
  const before = usedBefore.get(pid) ?? Number(user);
  usedBefore.set(pid, before);
  return Number(user) - before > 20;
}

describe('an event loop that stands still for a while', () => {
  it('is warned of with the extension, the place, the time and the stack, and goes on', async () => {
    const platform = await start({ BACKLOT_STALL_WARNING: '0.4', BACKLOT_STALL_LIMIT: '20' });
    const pid = platform.runtimePid;
    expect(await (await fetch(`${platform.url}/holds/for/3000`)).text()).toBe('over');
    await waitFor('the end in the log', () => platform.stdout.includes('the event loop runs again'));
    const [warning, ...others] = platform.stderr.match(/warn .*stood still.*/g) ?? [];
    expect(others).toEqual([]);
    expect(warning).toMatch(
      /\[holds-event-loop\] the event loop has stood still for 0\.\d s: holds-event-loop holds it/,
    );
    expect(warning).toMatch(new RegExp(`${INDEX}:\\d+:\\d+$`));
    expect(platform.stderr).toMatch(/ {4}at loopFor \(.*index\.js:\d+:\d+\)/);
    expect(platform.stdout).toMatch(/the event loop runs again, after at least [23]\.\d s/);
    expect(platform.runtimePid).toBe(pid);
    expect((await platform.json<Health>('/_backlot/health')).errors).toBeUndefined();
  });

  it('is written as JSON where the log is', async () => {
    const platform = await start({ BACKLOT_STALL_WARNING: '0.3', LOG_FORMAT: 'json' });
    await fetch(`${platform.url}/holds/for/1000`);
    await waitFor('the warning', () => platform.stderr.includes('stood still'));
    const line = platform.stderr.split('\n').find((each) => each.includes('stood still')) ?? '';
    expect(JSON.parse(line)).toMatchObject({ level: 'warn', extension: 'holds-event-loop' });
  });

  it('opens no port for it', async () => {
    const platform = await start({ BACKLOT_STALL_WARNING: '0.3' });
    await fetch(`${platform.url}/holds/for/1000`);
    await waitFor('the end in the log', () => platform.stdout.includes('the event loop runs again'));
    expect(platform.output).not.toMatch(/Debugger listening/);
  });

  it('is nothing to warn of when the whole process was halted', async () => {
    const platform = await start({ BACKLOT_STALL_WARNING: '0.5', BACKLOT_STALL_LIMIT: '1' });
    const pid = platform.runtimePid;
    process.kill(pid, 'SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    process.kill(pid, 'SIGCONT');
    expect(await (await fetch(`${platform.url}/holds/alive`)).text()).toBe('alive');
    expect(platform.runtimePid).toBe(pid);
    expect(platform.output).not.toMatch(/stood still/);
  });

  it('is nobody’s business under a debugger', async () => {
    const limits = { BACKLOT_STALL_WARNING: '0.2', BACKLOT_STALL_LIMIT: '0.6' };
    const platform = await start({ ...limits, NODE_OPTIONS: '--inspect=127.0.0.1:0' });
    const pid = platform.runtimePid;
    expect(await (await fetch(`${platform.url}/holds/for/2000`)).text()).toBe('over');
    expect(platform.runtimePid).toBe(pid);
    expect(platform.output).not.toMatch(/stood still/);
  });

  it('is nobody’s business when a debugger is asked for meanwhile', async () => {
    const platform = await start({ BACKLOT_STALL_WARNING: '1', BACKLOT_STALL_LIMIT: '1.5' });
    const pid = platform.runtimePid;
    const answer = fetch(`${platform.url}/holds/for/3000`);
    await waitFor('the loop', () => isBusy(pid));
    // Node opens its inspector when it is asked to by this signal.
    process.kill(pid, 'SIGUSR1');
    expect(await (await answer).text()).toBe('over');
    expect(platform.runtimePid).toBe(pid);
    expect(platform.stderr).toMatch(/Debugger listening/);
    expect(platform.output).not.toMatch(/stood still/);
  });

  it('is not watched when both limits are off', async () => {
    const platform = await start({ BACKLOT_STALL_WARNING: '0', BACKLOT_STALL_LIMIT: '0' });
    expect(await (await fetch(`${platform.url}/holds/for/2500`)).text()).toBe('over');
    expect(platform.output).not.toMatch(/stood still/);
  });
});

describe('an event loop that stands still for too long', () => {
  const LIMITS = { BACKLOT_STALL_WARNING: '0.3', BACKLOT_STALL_LIMIT: '1' };

  it.each([
    ['a loop without an end', '/holds/forever', /index\.js$/],
    ['a loop that begins after an await', '/holds/forever-later', /index\.js$/],
    ['a regular expression that backtracks', '/holds/expression', /index\.js$/],
    ['a program that is waited for', '/holds/program', undefined],
  ])('is restarted without its extension: %s', async (_what, path, file) => {
    const platform = await start(LIMITS);
    const pid = platform.runtimePid;
    await expect(fetch(platform.url + path)).rejects.toThrow();
    await platform.ready(2);
    expect(platform.runtimePid).not.toBe(pid);

    const { state, error } = await describeHolds(platform);
    expect([state, error?.code, error?.where.extension]).toEqual([
      'error',
      'BACKLOT_E_EXTENSION_STALLED',
      'holds-event-loop',
    ]);
    if (file)
      expect(error?.where).toMatchObject({
        file: expect.stringMatching(file) as string,
        line: expect.any(Number) as number,
      });
    const { services, errors } = await platform.json<Health>('/_localstack/health');
    expect(services).toMatchObject({ 'holds-event-loop': 'error', 'good-cjs': 'running' });
    expect(errors?.['holds-event-loop']?.code).toBe('BACKLOT_E_EXTENSION_STALLED');
    expect((await fetch(`${platform.url}/holds/alive`)).status).toBe(404);
    expect((await fetch(`${platform.url}/good-cjs`)).status).toBe(200);
    expect(platform.stderr).toMatch(/holds-event-loop held the event loop: the runtime is restarted without it/);
  });

  it('comes back with a reload, and then for restarts, too', async () => {
    const platform = await start(LIMITS);
    await expect(fetch(`${platform.url}/holds/forever`)).rejects.toThrow();
    await platform.ready(2);
    const reload = await fetch(`${platform.url}/_backlot/extensions/holds-event-loop/reload`, { method: 'POST' });
    expect(reload.status).toBe(200);
    expect((await describeHolds(platform)).state).toBe('running');
    expect(await (await fetch(`${platform.url}/holds/alive`)).text()).toBe('alive');

    process.kill(platform.runtimePid, 'SIGKILL');
    await platform.ready(3);
    expect((await describeHolds(platform)).state).toBe('running');

    await expect(fetch(`${platform.url}/holds/forever`)).rejects.toThrow();
    await platform.ready(4);
    expect((await describeHolds(platform)).error?.code).toBe('BACKLOT_E_EXTENSION_STALLED');
  });

  it('stays out after a crash, and comes back with a restart that was asked for', async () => {
    const platform = await start(LIMITS);
    await expect(fetch(`${platform.url}/holds/forever`)).rejects.toThrow();
    await platform.ready(2);
    process.kill(platform.runtimePid, 'SIGKILL');
    await platform.ready(3);
    expect((await describeHolds(platform)).state).toBe('error');
    await fetch(`${platform.url}/_localstack/health`, { method: 'POST', body: '{"action":"restart"}' });
    await platform.ready(4);
    expect((await describeHolds(platform)).state).toBe('running');
  });

  it('is nothing to end when somebody halted the process in its start', async () => {
    const extensions = [{ spec: HOLDS, config: { where: 'later' } }, GOOD];
    const platform = RunningPlatform.spawn({ extensions, environment: LIMITS });
    running.push(platform);
    await waitFor('the hook', () => platform.stdout.includes('starts later'));
    process.kill(platform.runtimePid, 'SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    process.kill(platform.runtimePid, 'SIGCONT');
    await platform.ready();
    expect((await describeHolds(platform)).state).toBe('running');
    expect(platform.output).not.toMatch(/stood still/);
  });

  it.each([
    ['in a hook', { where: 'start' }, {}],
    ['while it is imported', {}, { HOLDS_WHEN_IMPORTED: '1' }],
  ])('is restarted without its extension when that holds it %s', async (_where, config, environment) => {
    const extensions = [{ spec: HOLDS, config }, GOOD];
    const platform = await start({ ...LIMITS, ...environment }, { extensions });
    const { state, error } = await describeHolds(platform);
    expect([state, error?.code]).toEqual(['error', 'BACKLOT_E_EXTENSION_STALLED']);
    expect(error?.where.file).toMatch(/index\.js$/);
    expect(platform.stderr).toMatch(/the runtime ended with an event loop that stood still for 1\.\d s; restart 1 of/);
    expect(platform.stderr).toMatch(/ {4}at loopForever \(.*index\.js:\d+:\d+\)/);
    expect((await fetch(`${platform.url}/good-cjs`)).status).toBe(200);
  });

  it('is left alone when the limit is off', async () => {
    const platform = await start({ BACKLOT_STALL_WARNING: '0.2', BACKLOT_STALL_LIMIT: '0' });
    const pid = platform.runtimePid;
    expect(await (await fetch(`${platform.url}/holds/for/3000`)).text()).toBe('over');
    expect(platform.runtimePid).toBe(pid);
  });

  it('refuses the next start when the extension is required', async () => {
    const platform = await start(LIMITS, { extensions: [{ spec: HOLDS, required: true }] });
    await expect(fetch(`${platform.url}/holds/forever`)).rejects.toThrow();
    expect(await platform.ended()).toBe(1);
    expect(platform.stderr).toMatch(/BACKLOT_E_REQUIRED_FAILED/);
  });
});
