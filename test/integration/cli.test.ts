import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { freePort } from '../../src/host/free-port';
import { VERSION } from '../../src/extensions/own-package';
import { runOnTerminal } from '../support/run-command';

const MAIN = path.resolve(__dirname, '../../dist/bin/backlot.js');
const ENGINE_COMMANDS = ['start', 'stop', 'restart', 'status', 'logs', 'wait'];
const COMMANDS = [...ENGINE_COMMANDS, 'login', 'logout', 'whoami'];

/** What takes a line of a terminal away. */
const CLEARED = '\r\u001b[2K';

let folder: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'backlot-cli-'));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** Starts the command in an empty folder, in surroundings without an engine. */
function spawnBacklot(args: string[], env: Record<string, string> = {}): ChildProcess {
  const surroundings = { PATH: process.env.PATH, HOME: folder, DOCKER_HOST: `unix://${folder}/none.sock`, ...env };
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: folder,
    env: surroundings,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  return child;
}

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Collects what a process prints until it ends. */
async function outcomeOf(child: ChildProcess): Promise<Outcome> {
  let [stdout, stderr] = ['', ''];
  child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

const backlot = (args: string[], env?: Record<string, string>): Promise<Outcome> => outcomeOf(spawnBacklot(args, env));

/** Resolves when the process has printed a line on stdout. */
function printed(child: ChildProcess, wanted: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.split('\n').some((line) => line.trim() === wanted || (line.startsWith('{') && line.includes(wanted))))
        resolve();
    });
    child.once('close', () => reject(new Error(`it ended without "${wanted}":\n${text}`)));
  });
}

describe('the backlot command', () => {
  it('names every command in its help, and exits with 0', async () => {
    const { code, stdout } = await backlot(['--help']);
    expect(code).toBe(0);
    for (const command of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${command} `, 'm'));
  });

  it.each(COMMANDS)('%s --help shows an example', async (command) => {
    const { code, stdout } = await backlot([command, '--help']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/Examples?:\n {2}\$ backlot /);
  });

  it('prints its version', async () => {
    expect(await backlot(['--version'])).toMatchObject({ code: 0, stdout: `${VERSION}\n` });
  });

  it.each([
    [['strat'], 'Did you mean start?'],
    [['logs', '--folow'], 'Did you mean --follow?'],
    [['extensions', 'instal'], 'Did you mean install?'],
    [['extensions', 'dev', 'lst'], 'Did you mean list?'],
    [['routes', 'explian'], 'Did you mean explain?'],
    [['state', 'save', 'x', '--sandbx', 'y'], 'Did you mean --sandbox?'],
    [['extensions', 'dev', 'new', '--templat', 'basic'], 'Did you mean --template?'],
    [['state', 'save'], "missing required argument 'snapshot'"],
    [['logs', '--tail', 'ten'], 'It must be a whole number.'],
    [['start', '--port', '99999'], 'It must be a number from 1 to 65535'],
    [['start', '-e', '=x'], 'It must look like KEY=VALUE.'],
    [['wait', '--timeout', '0'], 'It must be a number of seconds above 0.'],
    [['start', '--host', '-d'], "option '--host' cannot be used with option '-d, --detach'"],
    [['logs', '--since', 'yesterday'], 'Write how long ago (90s, 10m'],
    [['status', '--name', 'not a name'], 'error BACKLOT_E_OPTION_INVALID  '],
  ])('says what is wrong with %j, on stderr, and exits with 2', async (args, words) => {
    const { code, stdout, stderr } = await backlot(args);
    expect(stderr).toContain(words);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  it.each(ENGINE_COMMANDS)(
    '%s without an engine says what it tried and how to go on, and exits with 1',
    async (command) => {
      const { code, stderr } = await backlot([command]);
      expect(stderr).toMatch(/^error BACKLOT_E_ENGINE_NOT_FOUND {2}no container engine answers; tried:\n/);
      expect(stderr).toContain(`DOCKER_HOST: unix://${folder}/none.sock: does not exist`);
      expect(stderr).toMatch(/\n {2}to do: .*backlot start --host/);
      expect(code).toBe(1);
    },
  );

  it('says after every mistake which help to read', async () => {
    const { stderr } = await backlot(['extensions', 'dev', 'lst']);
    expect(stderr).toBe(
      "error BACKLOT_E_OPTION_INVALID  unknown command 'lst' (Did you mean list?)\n" +
        '  to do: See what there is, with examples: backlot extensions dev --help\n',
    );
  });

  it('shows the help of a group that is named alone, on stderr, and exits with 2', async () => {
    const { code, stdout, stderr } = await backlot(['state']);
    expect(stderr).toMatch(/^Usage: backlot state /);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  it.each([
    [['logs', '--folow', '--json'], 2, 'BACKLOT_E_OPTION_INVALID'],
    [['state', '--json'], 2, 'BACKLOT_E_OPTION_INVALID'],
    [['status', '--name', 'not a name', '--json'], 2, 'BACKLOT_E_OPTION_INVALID'],
    [['wait', '--json'], 1, 'BACKLOT_E_ENGINE_NOT_FOUND'],
    [['routes', '--url', 'http://127.0.0.1:1', '--json'], 1, 'BACKLOT_E_LIVE_FAILED'],
  ])('tells a program what is wrong with %j as one object', async (args, exitCode, errorCode) => {
    const { code, stdout, stderr } = await backlot(args);
    expect(JSON.parse(stderr)).toEqual({
      code: errorCode,
      message: expect.any(String) as string,
      where: {},
      action: expect.stringMatching(/\w/) as string,
    });
    expect({ code, stdout }).toEqual({ code: exitCode, stdout: '' });
  });

  it('does not colour what does not go to a terminal', async () => {
    expect((await backlot(['status'])).stderr).not.toContain('\u001b');
    expect((await backlot(['--help'])).stdout).not.toContain('\u001b');
  });

  it('colours all the same with FORCE_COLOR, unless NO_COLOR is set', async () => {
    expect((await backlot(['status'], { FORCE_COLOR: '1' })).stderr).toContain('\u001b[31m');
    expect((await backlot(['--help'], { FORCE_COLOR: '1' })).stdout).toContain('\u001b[1m');
    expect((await backlot(['status'], { FORCE_COLOR: '1', NO_COLOR: '1' })).stderr).not.toContain('\u001b');
    expect((await backlot(['status'], { FORCE_COLOR: '0' })).stderr).not.toContain('\u001b');
  });

  it('shows on a terminal that it works when that takes longer than half a second', async () => {
    const silent = net.createServer();
    await once(silent.listen(path.join(folder, 'silent.sock')), 'listening');
    const surroundings = { cwd: folder, env: { DOCKER_HOST: `unix://${folder}/silent.sock` } };
    try {
      const { code, shown } = await runOnTerminal(['status'], [], surroundings);
      expect(shown.split(CLEARED).some((line) => /^. backlot status$/.test(line))).toBe(true);
      // Nothing is left of it when the error is told.
      expect(shown).toContain(`${CLEARED}\u001b[31merror`);
      expect(code).toBe(1);
    } finally {
      silent.close();
    }
  });

  it('says where the list of extensions was looked for when it is missing', async () => {
    const { code, stderr } = await backlot(['start', '--extensions', 'missing.json']);
    expect(stderr).toContain('error BACKLOT_E_LIST_NOT_FOUND');
    expect(stderr).toContain(`where: ${path.join(folder, 'missing.json')}`);
    expect(code).toBe(1);
  });
});

describe('backlot start --host', () => {
  it('runs without an engine until it is told to stop, and passes its exit code on', async () => {
    const port = await freePort();
    const child = spawnBacklot(['start', '--host', '--port', String(port), '--volume', './data']);
    const outcome = outcomeOf(child);
    await printed(child, 'Ready.');
    expect((await fetch(`http://127.0.0.1:${port}/_backlot/health`)).status).toBe(200);
    child.kill('SIGTERM');
    expect((await outcome).code).toBe(0);
  });

  it('tells a program its log and when it is ready, with --json', async () => {
    const child = spawnBacklot(['start', '--host', '--json', '--port', '0', '--volume', './data']);
    const outcome = outcomeOf(child);
    await printed(child, '"state":"ready"');
    child.kill('SIGTERM');
    const { code, stdout, stderr } = await outcome;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const told = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const ready = told.filter(({ state }) => state !== undefined);
    expect(ready).toEqual([
      {
        name: null,
        url: expect.stringMatching(/^http:..localhost:\d+$/) as string,
        state: 'ready',
        alreadyRunning: false,
      },
    ]);
    expect(told).toContainEqual(expect.objectContaining({ stream: 'stdout', line: 'Ready.' }));
  });

  it('passes on the exit code of a start that fails', async () => {
    const { code, stderr, stdout } = await backlot(['start', '--host', '-e', 'LS_LOG=loudest']);
    expect(stdout + stderr).toContain('BACKLOT_E_SETTING_INVALID');
    expect(code).toBe(1);
  });
});
