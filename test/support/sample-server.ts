import { execFileSync } from 'node:child_process';
import { temporaryDirectory } from './temporary-directory';

/**
 * What runs in the containers of tests: HTTP and WebSockets on 8080, HTTP/2 on 8081, a line protocol on 8082. It takes a moment to begin, and
 * does what it is asked for by path.
 */
const PROGRAM = `
const http = require('node:http');
const http2 = require('node:http2');
const net = require('node:net');
const fs = require('node:fs');
const { createHash } = require('node:crypto');
if (process.env.FAIL) {
  console.log('one line');
  console.error('it cannot start: ' + process.env.FAIL);
  process.exit(7);
}
process.on('SIGTERM', () => { console.log('asked to stop'); process.exit(0); });
const server = http.createServer((request, response) => {
  const [path] = request.url.split('?');
  if (path === '/die') process.exit(9);
  if (path === '/log') { console.log('to stdout'); console.error('to stderr'); }
  if (path === '/write') fs.appendFileSync('/data/notes', 'x');
  if (path === '/read') return response.end(fs.existsSync('/data/notes') ? fs.readFileSync('/data/notes') : '');
  if (path === '/echo') return request.pipe(response);
  response.setHeader('x-path', request.url);
  response.end(JSON.stringify({ host: request.headers.host, pid: process.pid, greeting: process.env.GREETING, started }));
});
// A WebSocket that says its path and what it was told, for short messages.
server.on('upgrade', (request, socket) => {
  const key = request.headers['sec-websocket-key'] + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
  const accept = createHash('sha1').update(key).digest('base64');
  socket.on('error', () => undefined);
  socket.write('HTTP/1.1 101 Switching Protocols\\r\\nConnection: Upgrade\\r\\nUpgrade: websocket\\r\\n');
  socket.write('Sec-WebSocket-Accept: ' + accept + '\\r\\n\\r\\n');
  socket.on('data', (frame) => {
    if ((frame[0] & 15) === 8) return socket.end(Buffer.from([0x88, 2, 0x0f, 0xa0]));
    const text = Buffer.from(frame.subarray(6, 6 + (frame[1] & 127))).map((byte, index) => byte ^ frame[2 + (index & 3)]);
    const said = Buffer.from(request.url + ' ' + text);
    socket.write(Buffer.concat([Buffer.from([0x81, said.length]), said]));
  });
});
const started = Date.now();
http2.createServer().on('stream', (stream, headers) => {
  stream.respond({ ':status': 200, 'x-path': headers[':path'], 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  stream.pipe(stream);
}).listen(8081);
net.createServer((socket) => {
  socket.on('error', () => undefined);
  socket.on('data', (data) => socket.write('you said ' + data));
}).listen(8082);
setTimeout(() => server.listen(8080, () => console.log('serving at last')), Number(process.env.DELAY ?? 200));
`;

/** A package with the folder of that server; \`files\` are added to it. */
export function samplePackage(files: Readonly<Record<string, unknown>> = {}): string {
  return temporaryDirectory({
    'server/Dockerfile': 'FROM node:24-bookworm-slim\nCOPY main.js /main.js\nCMD ["node", "/main.js"]\n',
    'server/main.js': PROGRAM,
    ...files,
  });
}

/** The containers of an extension, running or not, by their names. */
export function containersOf(extension: string): string[] {
  const filter = `label=dev.backlot.extension=${extension}`;
  return docker('ps', '--all', '--filter', filter, '--format', '{{.Names}}');
}

/** The folder of a package with an extension of that name, in JavaScript, which runs that server. */
export function sampleExtension(name: string, declaration: Readonly<Record<string, unknown>> = {}): string {
  const container = {
    build: './server',
    ports: { http: 8080, h2: 8081, raw: 8082 },
    healthy: { http: '/' },
    ...declaration,
  };
  return samplePackage({
    'package.json': {
      name: `package-${name}`,
      version: '1.0.0',
      backlot: { extensions: { [name]: './index.js#Sample' } },
    },
    'index.js': `
      const { ContainerExtension } = require('backlot');
      exports.Sample = class Sample extends ContainerExtension {
        name = '${name}';
        container = ${JSON.stringify(container)};
        routes = [{ path: '/${name}', to: 'http' }];
      };`,
  });
}

/** Removes the images and volumes that extensions of these names have left. */
export function removeTraces(...extensions: readonly string[]): void {
  for (const extension of extensions) {
    const images = docker('images', '--quiet', `backlot-extension-${extension}`);
    if (images.length > 0) docker('rmi', '--force', ...images);
    const volumes = docker('volume', 'ls', '--quiet', '--filter', `label=dev.backlot.extension=${extension}`);
    if (volumes.length > 0) docker('volume', 'rm', ...volumes);
  }
}

function docker(...args: string[]): string[] {
  return execFileSync('docker', args, { encoding: 'utf8', timeout: 60_000 }).split('\n').filter(Boolean);
}
