import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';

/** Headers, and options in `Connection`, that only ask for another protocol. */
const ASKING = new Set(['upgrade', 'http2-settings']);

/**
 * Serves a request as if it had not asked for another protocol, which is how a server declines. The parser has let go of
 * the connection, so the request is put in front of what is still to be read there, and the server begins again.
 */
export function serveWithoutUpgrade(http: Server, request: IncomingMessage, socket: Socket, head: Buffer): void {
  const lines = [`${request.method} ${request.url} HTTP/${request.httpVersion}`];
  for (let index = 0; index < request.rawHeaders.length; index += 2) {
    const line = headerWithoutUpgrade(request.rawHeaders[index] as string, request.rawHeaders[index + 1] as string);
    if (line !== undefined) lines.push(line);
  }
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]));
  http.emit('connection', socket);
}

function headerWithoutUpgrade(name: string, value: string): string | undefined {
  const lower = name.toLowerCase();
  if (ASKING.has(lower)) return undefined;
  if (lower !== 'connection') return `${name}: ${value}`;
  const options = value.split(',').filter((option) => !ASKING.has(option.trim().toLowerCase()));
  return options.length === 0 ? undefined : `${name}: ${options.join(',')}`;
}
