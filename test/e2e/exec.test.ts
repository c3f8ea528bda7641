import { randomBytes } from 'node:crypto';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Emulator, findEngine } from '../../src/host';
import { exec } from '../../src/host/exec';
import { describeWithEngine } from '../support/describe-with-engine';
import { type CommandOptions, runCommand, runOnTerminal } from '../support/run-command';
import { docker, StandInImage } from '../support/stand-in-image';
import { temporaryDirectory } from '../support/temporary-directory';
import { waitFor } from '../support/wait-for';

const MAIN = path.resolve(__dirname, '../../dist/bin/backlot.js');

const image = new StandInImage();
const name = `${image.prefix}-exec`;

/** The engine of this machine, which the command finds by itself. */
const here = (more: Partial<CommandOptions> = {}): CommandOptions => ({
  cwd: temporaryDirectory(),
  ...more,
  env: { DOCKER_HOST: process.env.DOCKER_HOST ?? '', ...more.env },
});

const backlot = (args: string[], more?: Partial<CommandOptions>) => runCommand(args, here(more));

/** Which commands run in the container. */
const processes = (): string => docker('top', name, '-o', 'pid,args');

describeWithEngine('a command in the container', () => {
  let emulator: Emulator;
  beforeAll(async () => {
    image.build();
    emulator = await Emulator.start({ name, image: image.name, port: 0, timeoutSeconds: 30 });
  });
  afterAll(() => image.remove());

  describe('Emulator.exec()', () => {
    it('gives what it wrote to each stream, and its exit code', async () => {
      const result = await emulator.exec(['sh', '-c', 'echo Grüße; echo wrong >&2; exit 3']);
      expect(result).toEqual({ exitCode: 3, stdout: 'Grüße\n', stderr: 'wrong\n' });
    });

    it('runs it where, as whom and with what is asked for', async () => {
      const { stdout } = await emulator.exec(['sh', '-c', 'pwd; id -un; echo $COLOUR'], {
        workingDirectory: '/usr/local',
        user: 'node',
        environment: { COLOUR: 'green' },
      });
      expect(stdout).toBe('/usr/local\nnode\ngreen\n');
    });

    it.each([
      ['text', () => 'äöü'],
      ['bytes', () => Buffer.from('äöü')],
      ['a stream', () => createReadStream(written('äöü'))],
    ])('gives it %s to read, and then the end', async (_, input) => {
      expect((await emulator.exec(['cat'], { input: input() })).stdout).toBe('äöü');
    });

    it('hands on megabytes as they come, in both directions, and loses none', async () => {
      const sent = randomBytes(8 * 1024 * 1024);
      const came: Buffer[] = [];
      const result = await emulator.exec(['cat'], { input: sent, onOutput: (chunk) => void came.push(chunk) });
      expect(result).toEqual({ exitCode: 0, stdout: '', stderr: '' });
      expect(Buffer.concat(came).equals(sent)).toBe(true);
    });

    it('ends it, with what it has started, when the signal is aborted', async () => {
      const controller = new AbortController();
      const running = emulator.exec(['sh', '-c', 'sleep 777 & sleep 777; :'], { signal: controller.signal });
      await waitFor('both to run', () => processes().split('sleep 777').length > 2, 10_000);
      controller.abort(new Error('enough'));
      await expect(running).rejects.toThrow('enough');
      await waitFor('both to end', () => !processes().includes('sleep 777'), 10_000);
    });

    it.each([
      [['no-such-program'], {}, 'BACKLOT_E_COMMAND_NOT_FOUND', 'has no program no-such-program'],
      [['/etc'], {}, 'BACKLOT_E_COMMAND_REFUSED', 'permission denied'],
      [['ls'], { workingDirectory: '/nowhere' }, 'BACKLOT_E_COMMAND_REFUSED', '/nowhere'],
      [['ls'], { user: 'nobody-known' }, 'BACKLOT_E_COMMAND_REFUSED', 'unable to find user nobody-known'],
      [[], {}, 'BACKLOT_E_OPTION_INVALID', 'no command'],
    ])('says why %j with %j cannot be run', async (command, options, code, words) => {
      await expect(emulator.exec(command, options)).rejects.toMatchObject({
        code,
        message: expect.stringContaining(words) as string,
      });
    });

    it('does not take the output of a command that ends with 127 for words of the engine', async () => {
      const command = ['sh', '-c', 'echo OCI runtime is what I say; exit 0'];
      expect((await emulator.exec(command)).stdout).toBe('OCI runtime is what I say\n');
      expect((await emulator.exec(['sh', '-c', 'exit 127'])).exitCode).toBe(127);
    });

    it('says that a container is not there, or has ended', async () => {
      const engine = await findEngine();
      const notFound = { code: 'BACKLOT_E_CONTAINER_NOT_FOUND' };
      await expect(exec(engine, `${name}-not-there`, ['ls'])).rejects.toMatchObject(notFound);
      const ended = `${name}-ended`;
      docker('create', '--name', ended, image.name, 'sh');
      await expect(exec(engine, ended, ['ls'])).rejects.toMatchObject({
        ...notFound,
        message: expect.stringContaining('does not run') as string,
      });
    });
  });

  describe('backlot exec', () => {
    it('passes on standard input, both outputs and the exit code', async () => {
      const script = 'cat; echo wrong >&2; exit 5';
      const outcome = await backlot(['exec', '--name', name, '--', 'sh', '-c', script], { stdin: 'from outside' });
      expect(outcome).toEqual({ code: 5, stdout: 'from outside', stderr: 'wrong\n' });
    });

    it('takes what follows the program for the program’s, also without --', async () => {
      const { stdout } = await backlot(['exec', '--name', name, 'echo', '--name', 'x', '--json']);
      expect(stdout).toBe('--name x --json\n');
    });

    it('ends the command in the container when nobody reads its output any more', async () => {
      const { cwd, env } = here();
      const child = spawn(process.execPath, [MAIN, 'exec', '--name', name, '--', 'yes', 'for ever'], {
        cwd,
        env: { PATH: process.env.PATH, HOME: cwd, ...env },
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      await once(child.stdout, 'data');
      child.stdout.destroy();
      await once(child, 'exit');
      expect(processes()).not.toContain('yes for ever');
    });

    it('gives a program one object with --json, and the exit code all the same', async () => {
      const args = ['exec', '--name', name, '--json', '-e', 'A=1', '-w', '/usr/local', '-u', 'node', '--'];
      const { code, stdout, stderr } = await backlot([...args, 'sh', '-c', 'echo $A; pwd; id -un >&2; exit 6']);
      expect(JSON.parse(stdout)).toEqual({ exitCode: 6, stdout: '1\n/usr/local\n', stderr: 'node\n' });
      expect({ code, stderr }).toEqual({ code: 6, stderr: '' });
    });

    it('tells a missing program by exit code 127 and what to do, for a program as one object', async () => {
      const { code, stderr } = await backlot(['exec', '--name', name, '--', 'no-such-program']);
      expect(stderr).toMatch(/^error BACKLOT_E_COMMAND_NOT_FOUND .*\n {2}to do: /);
      expect(code).toBe(127);
      const told = await backlot(['exec', '--name', name, '--json', '--', 'no-such-program']);
      expect(JSON.parse(told.stderr)).toMatchObject({ code: 'BACKLOT_E_COMMAND_NOT_FOUND', where: {} });
      expect(told).toMatchObject({ code: 127, stdout: '' });
    });

    it('gives a program on a terminal a terminal of its size', async () => {
      const dialogue = [['# ', 'stty size; exit 7']] as const;
      const { code, shown } = await runOnTerminal(['exec', '--name', name, 'sh'], dialogue, here());
      expect(shown).toContain('24 80\r');
      expect(code).toBe(7);
    });

    it('refuses a terminal where there is none', async () => {
      const { code, stderr } = await backlot(['exec', '--name', name, '-t', '--', 'ls']);
      expect(stderr).toContain('there is no terminal that the command could have');
      expect(code).toBe(2);
    });
  });
});

function written(text: string): string {
  const file = path.join(temporaryDirectory(), 'input');
  writeFileSync(file, text);
  return file;
}
