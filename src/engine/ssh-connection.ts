import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import http from 'node:http';
import { Duplex } from 'node:stream';
import { formatAddress, type SshAddress } from './engine-address';

/** How long a connection that nobody uses is kept: to open one takes longer than most calls. */
const IDLE_LIMIT_MS = 15_000;

/** How long ssh may take to reach the machine, in seconds. */
const CONNECT_LIMIT_SECONDS = 10;

/** How much of what ssh says is kept to explain a failure. */
const SAID_LIMIT = 2_000;

const agents = new Map<string, http.Agent>();

/** The agent for connections to an engine through ssh; one for each address, so that they are used again. */
export function sshAgent(address: SshAddress): http.Agent {
  const key = formatAddress(address);
  let agent = agents.get(key);
  if (agent === undefined) {
    agent = new http.Agent({ keepAlive: true });
    (agent as { createConnection: unknown }).createConnection = () => new SshConnection(address);
    agents.set(key, agent);
  }
  return agent;
}

/**
 * A connection to an engine on another machine: the system's own `ssh`, with all that is configured for it, runs `docker
 * system dial-stdio` there, which passes bytes on to the socket.
 */
class SshConnection extends Duplex {
  readonly #process: ChildProcessWithoutNullStreams;
  #said = '';
  #idle: NodeJS.Timeout | undefined;

  constructor(address: SshAddress) {
    super();
    const child = spawn('ssh', sshArguments(address), { env: process.env });
    this.#process = child;
    child.once('error', (error) => this.destroy(new Error(`ssh cannot be run: ${error.message}`, { cause: error })));
    child.stdout.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) child.stdout.pause();
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#said = (this.#said + text).slice(-SAID_LIMIT);
    });
    // What ends the process is told by its exit; a broken pipe says nothing more.
    child.stdin.on('error', () => undefined);
    child.once('close', (code) => this.#closed(code));
  }

  override _read(): void {
    this.#process.stdout.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#process.stdin.write(chunk, (error) => done(error));
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#process.stdin.end(() => done());
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearTimeout(this.#idle);
    this.#process.kill();
    done(error);
  }

  /** Asked by the agent when a request takes the connection. */
  ref(): this {
    clearTimeout(this.#idle);
    for (const each of this.#handles()) each.ref();
    return this;
  }

  /** Asked by the agent when nobody uses the connection: it keeps no program from ending. */
  unref(): this {
    for (const each of this.#handles()) each.unref();
    this.#idle = setTimeout(() => this.destroy(), IDLE_LIMIT_MS).unref();
    return this;
  }

  /** What a request asks of a socket, and a pipe does not have. */
  setKeepAlive(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setTimeout(): this {
    return this;
  }

  #handles(): { ref(): unknown; unref(): unknown }[] {
    const { stdin, stdout, stderr } = this.#process;
    // They are sockets, whatever their types say.
    return [this.#process, ...([stdin, stdout, stderr] as unknown as { ref(): unknown; unref(): unknown }[])];
  }

  #closed(code: number | null): void {
    if (this.destroyed) return;
    const said = this.#said.trim().replace(/\s*\r?\n\s*/g, '; ');
    if (code === 0) this.push(null);
    else this.destroy(new Error(`ssh ended with ${code ?? 'a signal'}${said === '' ? '' : `: ${said}`}`));
  }
}

/** The destination comes after `--`, so that it can be no option. */
function sshArguments({ host, user, port, path }: SshAddress): string[] {
  return [
    // Nobody is there to answer a question.
    ...['-o', 'BatchMode=yes', '-o', `ConnectTimeout=${CONNECT_LIMIT_SECONDS}`, '-T'],
    ...(user === undefined ? [] : ['-l', user]),
    ...(port === undefined ? [] : ['-p', String(port)]),
    ...['--', host, 'docker'],
    ...(path === undefined ? [] : ['--host', quoted(`unix://${path}`)]),
    ...['system', 'dial-stdio'],
  ];
}

/** ssh hands its words to a shell of the other machine. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
