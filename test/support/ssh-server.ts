import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { freePort } from '../../src/host/free-port';
import { temporaryDirectory } from './temporary-directory';
import { waitFor } from './wait-for';

const SSHD = '/usr/sbin/sshd';

/** Why there is no server for ssh on this machine; undefined when there is one. */
export const noSshServer: string | undefined = existsSync(SSHD) ? undefined : `there is no ${SSHD}`;

/** A server for ssh on this machine, with keys of its own, for the user who runs the tests. */
export class SshServer {
  private constructor(
    private readonly process: ChildProcess,
    readonly port: number,
    readonly user: string,
    /** To be put in front of PATH: an `ssh` that knows the key of the user and that of the server. */
    readonly programs: string,
  ) {}

  static async start(): Promise<SshServer> {
    const folder = temporaryDirectory({ 'bin/.keep': '' });
    const inFolder = (name: string): string => path.join(folder, name);
    const port = await freePort();
    for (const key of ['host', 'user']) {
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', inFolder(key)]);
    }
    const [type = '', key = ''] = readFileSync(inFolder('host.pub'), 'utf8').split(' ');
    writeFileSync(inFolder('known'), `[127.0.0.1]:${port} ${type} ${key}\n`);
    writeFileSync(
      inFolder('config'),
      [`UserKnownHostsFile ${inFolder('known')}`, `IdentityFile ${inFolder('user')}`, 'IdentitiesOnly yes', ''].join(
        '\n',
      ),
    );
    writeFileSync(inFolder('bin/ssh'), `#!/bin/sh\nexec /usr/bin/ssh -F ${inFolder('config')} "$@"\n`, { mode: 0o755 });
    writeFileSync(
      inFolder('server'),
      [
        `ListenAddress 127.0.0.1:${port}`,
        `HostKey ${inFolder('host')}`,
        `AuthorizedKeysFile ${inFolder('user.pub')}`,
        `PidFile none`,
        'StrictModes no',
        'UsePAM no',
        'PasswordAuthentication no',
        'PermitRootLogin prohibit-password',
        '',
      ].join('\n'),
    );
    // Where it separates its privileges, which a package that was only unpacked has not made.
    if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true });
    const child = spawn(SSHD, ['-D', '-e', '-f', inFolder('server')], { stdio: 'ignore' });
    await waitFor('the server for ssh', () => answers(port), 10_000);
    return new SshServer(child, port, os.userInfo().username, inFolder('bin'));
  }

  async stop(): Promise<void> {
    if (this.process.exitCode !== null) return;
    const ended = once(this.process, 'exit');
    this.process.kill();
    await ended;
  }
}

async function answers(port: number): Promise<boolean> {
  const socket = net.connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
