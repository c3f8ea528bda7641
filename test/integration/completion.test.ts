import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { SHELLS, type Shell } from '../../src/cli/completion/scripts';
import { runCommand } from '../support/run-command';
import { temporaryDirectory } from '../support/temporary-directory';
import { waitFor } from '../support/wait-for';

const MAIN = path.resolve(__dirname, '../../dist/bin/backlot.js');

const PROMPT = 'type> ';

/** How each shell is started without the user's own settings, and told where the script is. */
const START: Readonly<Record<Shell, { args: readonly string[]; setup: (script: string) => string }>> = {
  bash: { args: ['--norc', '--noprofile', '-i'], setup: (script) => `PS1='${PROMPT}'; source ${script}` },
  zsh: {
    args: ['-f', '-i'],
    setup: (script) => `PROMPT='${PROMPT}'; autoload -U compinit; compinit -u -D; source ${script}`,
  },
  fish: {
    args: ['--no-config', '--interactive'],
    setup: (script) => `function fish_prompt; echo -n '${PROMPT}'; end; source ${script}`,
  },
};

const children: ChildProcess[] = [];
afterEach(() => children.splice(0).forEach((child) => child.kill('SIGKILL')));

/** A folder with a `backlot` to be found on the PATH, and the script for a shell. */
async function prepare(shell: Shell): Promise<{ folder: string; script: string; env: Record<string, string> }> {
  const extensions = ['backlot-extension-ledger', { spec: 'backlot-extension-mail' }];
  const folder = temporaryDirectory({ 'extensions.json': { extensions }, 'picture.json': {} });
  const program = path.join(folder, 'backlot');
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${MAIN}' "$@"\n`);
  chmodSync(program, 0o755);
  const { stdout } = await runCommand(['completion', shell], { cwd: folder });
  const script = path.join(folder, 'script');
  writeFileSync(script, stdout);
  const env = {
    PATH: `${folder}:${process.env.PATH ?? ''}`,
    HOME: folder,
    TERM: 'xterm',
    DOCKER_HOST: `unix://${folder}/none.sock`,
  };
  return { folder, script, env };
}

const isInstalled = (shell: Shell): boolean => {
  try {
    execFileSync('sh', ['-c', `command -v ${shell}`], { stdio: 'pipe' });
    return true;
  } catch {
    return false;
  }
};

/** Types a line into a shell on a terminal, and gives what it ran: each word that `backlot` was given, as a JSON array. */
async function typed(shell: Shell, line: string): Promise<unknown> {
  const { folder, script, env } = await prepare(shell);
  const command = [shell, ...START[shell].args].join(' ');
  const child = spawn('script', ['--quiet', '--flush', '--command', command, '/dev/null'], { cwd: folder, env });
  children.push(child);
  let shown = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (shown += text));
  const ended = once(child, 'close');
  const answer = path.join(folder, 'answer');
  const tell = `node -e 'require("fs").writeFileSync("${answer}", JSON.stringify(process.argv.slice(1)))' --`;
  child.stdin.write(`${START[shell].setup(script)}\r`);
  await waitFor(`the prompt of ${shell}`, () => shown.includes(PROMPT) && !shown.endsWith('\n'), 20_000);
  child.stdin.write(line);
  // To the beginning of the line, the first word away, another one in its place, and run.
  child.stdin.write(`\u0001\u001bd${tell}\r`);
  await waitFor(`what ${shell} ran:\n${shown}`, () => existsSync(answer) && readFileSync(answer).length > 0, 20_000);
  child.stdin.end('exit\r');
  await ended;
  return JSON.parse(readFileSync(answer, 'utf8'));
}

describe.each(SHELLS)('the completion in %s', (shell) => {
  const inShell = isInstalled(shell) ? it : it.skip;

  inShell.each([
    ['backlot doc\t', ['doctor']],
    ['backlot extensions dev en\t', ['extensions', 'dev', 'enable']],
    ['backlot logs --fol\t', ['logs', '--follow']],
    ['backlot completion fi\t', ['completion', 'fish']],
    ['backlot extensions uninstall backlot-extension-l\t', ['extensions', 'uninstall', 'backlot-extension-ledger']],
    ['backlot start --extensions pic\t', ['start', '--extensions', 'picture.json']],
  ])('completes %j', async (line, words) => {
    expect(await typed(shell, line)).toEqual(words);
  });
});

describe('backlot completion', () => {
  it('prints a script and installs nothing, also for a program', async () => {
    const cwd = temporaryDirectory();
    const { code, stdout } = await runCommand(['completion', 'bash', '--json'], { cwd });
    expect(JSON.parse(stdout)).toEqual({ shell: 'bash', script: expect.stringContaining('complete -F') as string });
    expect(code).toBe(0);
  });

  it('says which shells there are', async () => {
    const { code, stderr } = await runCommand(['completion', 'tcsh'], { cwd: temporaryDirectory() });
    expect(stderr).toContain('Allowed choices are bash, zsh, fish.');
    expect(code).toBe(2);
  });
});
