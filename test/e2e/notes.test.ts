import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { createTestPlatform, TestPlatform } from '../../src/testing';
import { describeWithEngine } from '../support/describe-with-engine';
import { REPOSITORY } from '../support/run-platform';
import { containersOf, removeTraces } from '../support/sample-server';

/** The built extension, used through the built platform as its users do. */
const { createTestPlatform: start } = jest.requireActual<{ createTestPlatform: typeof createTestPlatform }>(
  '../../dist/testing',
);

/** Sends lines on one connection, and gives what is answered to each. */
async function speak(port: number, ...lines: readonly string[]): Promise<string[]> {
  const socket = connect(port, '127.0.0.1').setEncoding('utf8');
  let received = '';
  socket.on('data', (text: string) => (received += text));
  socket.end(`${lines.join('\n')}\n`);
  await once(socket, 'close');
  return received.split('\n').slice(0, -1);
}

describeWithEngine('the extension notes', () => {
  let platform: TestPlatform;
  const before = containersOf('notes').length;
  const note = (name: string, init?: RequestInit): Promise<Response> =>
    platform.fetch(`http://notes.localhost/${name}`, init);

  beforeAll(async () => {
    platform = await start({ extensions: [join(REPOSITORY, 'extensions', 'notes')] });
  });
  afterAll(async () => {
    await platform.close();
    expect(containersOf('notes')).toHaveLength(before);
    removeTraces('notes');
  });

  it('keeps notes over HTTP', async () => {
    expect((await note('today', { method: 'PUT', body: 'buy milk\n' })).status).toBe(201);
    expect(await (await note('today')).text()).toBe('buy milk\n');
    expect(await (await note('')).text()).toBe('today\n');
    expect((await note('today', { method: 'DELETE' })).status).toBe(204);
    expect((await note('today')).status).toBe(404);
    expect((await note('a..b')).status).toBe(400);
  });

  it('speaks its own protocol on the same port, told by its first bytes', async () => {
    const { port } = platform;
    expect(await speak(port, 'NOTES PUT plan sleep in', 'NOTES GET plan', 'NOTES GET nothing', 'NOTES SING')).toEqual([
      'OK',
      'OK sleep in',
      'NONE',
      'ERROR write NOTES GET name, or NOTES PUT name text',
    ]);
    expect(await (await note('plan')).text()).toBe('sleep in');
  });

  it('tells the protocol also when the first bytes come one by one', async () => {
    const socket = connect(platform.port, '127.0.0.1').setNoDelay().setEncoding('utf8');
    for (const byte of 'NOTES GET nothing\n') {
      socket.write(byte);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await once(socket, 'data')).toEqual(['NONE\n']);
    socket.destroy();
  });
});
