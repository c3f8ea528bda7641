import { request } from 'node:http';
import { connect } from 'node:net';

/** How long one look at a server may take, in milliseconds. */
const LOOK_LIMIT_MS = 2_000;

/** How long a connection has to stay open to count, in milliseconds: a proxy of the engine takes any, and closes it then. */
const STAYS_OPEN_MS = 100;

/** Undefined when the server answers as it should, else what it did. */
export function probeHttp(
  host: string,
  port: number,
  path: string,
  status: number | undefined,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const outgoing = request({ host, port, path, agent: false, timeout: LOOK_LIMIT_MS }, (response) => {
      response.resume();
      const { statusCode = 0 } = response;
      const isFine = status === undefined ? statusCode < 400 : statusCode === status;
      resolve(isFine ? undefined : `GET ${path} was answered with ${statusCode}`);
      outgoing.destroy();
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error('no answer')));
    outgoing.on('error', (error) => resolve(`GET ${path} failed: ${error.message}`));
    outgoing.end();
  });
}

/** Undefined when a connection is taken, else why not. */
export function probeTcp(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: LOOK_LIMIT_MS });
    const end = (result: string | undefined): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(result);
    };
    let timer: NodeJS.Timeout | undefined;
    socket.once('connect', () => (timer = setTimeout(() => end(undefined), STAYS_OPEN_MS)));
    socket.once('data', () => end(undefined));
    socket.once('timeout', () => end('no connection in time'));
    socket.once('error', (error) => end(error.message));
    socket.once('close', () => end('the connection was closed at once'));
  });
}
