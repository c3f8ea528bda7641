import { createServer, type Server } from 'node:http';
import path from 'node:path';
import type { AddressInfo } from 'node:net';
import { runCommand } from '../support/run-command';
import { RunningPlatform } from '../support/run-platform';
import { temporaryDirectory, writeFiles } from '../support/temporary-directory';
import { waitFor } from '../support/wait-for';
import { openWebSocket, refusalOf } from '../support/websocket-client';

const chat = (greeting: string, target: string) => ({
  'package.json': {
    name: 'chat',
    version: '1.0.0',
    backlot: { extensions: { chat: './index.js' } },
  },
  'index.js': `
    const { Extension } = require('backlot');
    module.exports = class Chat extends Extension {
      name = 'chat';
      updateGatewayRoutes(router) {
        router.ws('/rooms/:room{int}', (socket, { params }) => {
          socket.send('${greeting} to ' + (params.room + 1));
          socket.on('message', (data) => {
            if (String(data) === 'break') JSON.parse(String(data));
          });
        });
        router.proxy('/far', '${target}');
        for (let each = 0; each < 12; each++) router.proxy('/others/' + each, '${target}');
      }
    };`,
});

describe('WebSockets and other servers of a platform that runs', () => {
  let folder: string;
  let platform: RunningPlatform;
  let server: Server;
  let target: string;
  const port = (): number => Number(new URL(platform.url).port);

  beforeAll(async () => {
    server = createServer((incoming, response) => void response.end(`far ${incoming.url}`));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    target = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    folder = path.join(temporaryDirectory({ 'chat/package.json': {} }), 'chat');
    writeFiles(folder, chat('welcome', target));
    platform = await RunningPlatform.start({
      extensions: [`file:${folder}`],
      environment: { BACKLOT_DEV_EXTENSIONS: folder },
    });
  });
  afterAll(async () => {
    await platform.stop();
    server.close();
  });

  it('are served', async () => {
    const client = await openWebSocket(port(), '/rooms/6');
    expect(await client.next()).toBe('welcome to 7');
    expect((await refusalOf(openWebSocket(port(), '/rooms/six'))).status).toBe(404);
    expect(await (await fetch(`${platform.url}/far/x?y`)).text()).toBe('far /x?y');
    expect((await fetch(`${platform.url}/rooms/6`)).status).toBe(426);
  });

  it('may be many, and Node warns of no leak', () => {
    expect(platform.output).not.toContain('MaxListenersExceededWarning');
  });

  it('are listed and explained by the command', async () => {
    const options = { cwd: folder };
    const at = ['--url', platform.url];
    const { stdout } = await runCommand(['routes', ...at], options);
    const rows = stdout.split('\n').map((row) => row.trim().split(/ {2,}/));
    expect(rows).toContainEqual(['WEBSOCKET', '*', '/rooms/:room{int}', 'chat', '0', 'websocket']);
    expect(rows).toContainEqual(['*', '*', '/far', 'chat', '0', 'listener']);
    const url = `${platform.url.replace('http', 'ws')}/rooms/7`;
    const explained = await runCommand(['routes', 'explain', 'WEBSOCKET', url, ...at], options);
    expect(explained.code).toBe(0);
    expect(explained.stdout).toContain('/rooms/:room{int}');
  });

  it('fail under the name of their extension, and nothing else does', async () => {
    const client = await openWebSocket(port(), '/rooms/1');
    client.socket.send('break');
    expect((await client.closed()).code).toBe(1011);
    await waitFor('the log', () => /BACKLOT_E_HANDLER_FAILED[^\n]*extension chat/.test(platform.output));
    expect((await openWebSocket(port(), '/rooms/1')).socket.readyState).toBe(1);
  });

  it('are closed with 1012 when their extension is replaced, and connect to the new one', async () => {
    const client = await openWebSocket(port(), '/rooms/1');
    writeFiles(folder, chat('hello again', target));
    expect((await client.closed()).code).toBe(1012);
    expect(await (await openWebSocket(port(), '/rooms/1')).next()).toBe('hello again to 2');
    expect(await (await fetch(`${platform.url}/far/`)).text()).toBe('far /');
  });

  it('are closed with 1001 when the platform stops, which waits for none of them', async () => {
    const client = await openWebSocket(port(), '/rooms/1');
    const begin = Date.now();
    expect(await platform.stop()).toBe(0);
    expect((await client.closed()).code).toBe(1001);
    expect(Date.now() - begin).toBeLessThan(5_000);
  });
});
