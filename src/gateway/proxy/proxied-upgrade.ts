import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Owner } from '../owner';
import type { Upgrade } from '../websocket/upgrade';
import { ClientGone } from '../client-gone';
import type { Passage } from './passage';
import { connectionError, timeoutError } from './proxy-error';
import { Watch } from './watch';

/**
 * Passes a request for another protocol on. When the server agrees, both connections become one, byte for byte, and end
 * together. Resolves then; with the server’s answer when it does not agree. Rejects with a ProxyError.
 */
export async function passUpgradeOn(
  upgrade: Upgrade,
  passage: Passage,
  owner: Owner,
): Promise<IncomingMessage | undefined> {
  const answer = await ask(upgrade, passage);
  if (!('socket' in answer)) return answer.refusal;
  const { incoming, socket: upstream, head, early } = answer;
  const { response, socket } = upgrade;
  // A server that gives up while the handlers still look at its answer.
  upstream.on('error', () => upstream.destroy());
  const headers = passage.answerHeaders(incoming.rawHeaders);
  for (const [name, value] of headers) response.appendHeader(name, value);
  response.setHeader('Connection', 'Upgrade');
  response.setHeader('Upgrade', incoming.headers.upgrade ?? '');
  if (!(await upgrade.accept())) {
    upstream.destroy();
    return undefined;
  }
  upgrade.sockets.add(socket, { owner, close: () => socket.destroy() }, upgrade.scope);
  socket.write(headOf(response, incoming.statusMessage ?? ''));
  upstream.unshift(head);
  socket.unshift(Buffer.concat([upgrade.head, early]));
  join(socket, upstream);
  return undefined;
}

type Answer =
  | { readonly refusal: IncomingMessage }
  | {
      readonly incoming: IncomingMessage;
      readonly socket: Socket;
      readonly head: Buffer;
      /** What the client said before it was answered. */
      readonly early: Buffer;
    };

function ask({ socket }: Upgrade, passage: Passage): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { target, limits } = passage;
    const upstream: ClientRequest = passage.open();
    let connected = false;
    const watch = new Watch((what, limit) => upstream.destroy(timeoutError(target, what, limit)));
    const gone = (): void => {
      upstream.destroy();
      reject(new ClientGone());
    };
    // That the client goes is seen only by reading; a client that speaks before its turn has to wait.
    let early: Buffer = Buffer.alloc(0);
    const left = (): void => void socket.destroy();
    const spoke = (chunk: Buffer): void => {
      early = Buffer.concat([early, chunk]);
      socket.pause();
    };
    socket.once('close', gone).once('end', left).on('data', spoke);
    const settle = (): void => {
      watch.stop();
      socket.pause();
      socket.off('close', gone).off('end', left).off('data', spoke);
    };
    upstream.once('socket', (connection) => {
      const meet = (): void => {
        connected = true;
        watch.start(limits.firstByte, 'did not begin to answer');
      };
      if (!connection.connecting) return meet();
      watch.start(limits.connect, 'did not take the connection');
      connection.once(target.secure ? 'secureConnect' : 'connect', meet);
    });
    upstream.once('upgrade', (incoming, connection: Socket, head) => {
      settle();
      resolve({ incoming, socket: connection, head, early });
    });
    upstream.once('response', (refusal) => {
      settle();
      resolve({ refusal });
    });
    upstream.on('error', (error) => {
      settle();
      reject(connectionError(target, error, connected));
    });
    upstream.end();
  });
}

/** The head of a 101, as the response handlers left it. */
function headOf(response: ServerResponse, reason: string): Buffer {
  const lines = [`HTTP/1.1 101 ${response.statusMessage || reason || 'Switching Protocols'}`];
  // Node’s types know the method of requests alone.
  const { getRawHeaderNames } = response as unknown as Pick<ClientRequest, 'getRawHeaderNames'>;
  for (const name of getRawHeaderNames.call(response)) {
    const value = response.getHeader(name);
    for (const each of Array.isArray(value) ? value : [String(value)]) lines.push(`${name}: ${each}`);
  }
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
}

function join(one: Socket, other: Socket): void {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    from.setTimeout(0);
    from.setNoDelay(true);
    from.setKeepAlive(true);
    from.pipe(to);
    from.once('error', () => to.destroy());
    // What is still on its way out may arrive.
    from.once('close', () => to.destroySoon());
  }
}
