import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTestPlatform } from 'backlot/testing';
import Docker from 'dockerode';
import { MyExtension } from './extension';

/** An image that most machines of developers have; the test does not need the one that the extension is for. */
const IMAGE = process.env.TEST_IMAGE ?? 'node:24-bookworm-slim';
const PROGRAM = `require('node:http').createServer((request, response) => {
  response.setHeader('x-method', request.method);
  request.pipe(response);
}).listen(8080)`;
const config = { image: IMAGE, command: ['node', '-e', PROGRAM], port: 8080 };

/** Why the test cannot run here; undefined when it can. */
async function whyNot(): Promise<string | undefined> {
  try {
    await new Docker().ping();
    await new Docker().getImage(IMAGE).inspect();
    return undefined;
  } catch (error) {
    return `no engine that has the image ${IMAGE}: ${(error as Error).message}`;
  }
}

async function containers(): Promise<number> {
  return (await new Docker().listContainers({ filters: { label: ['dev.backlot.extension=my-extension'] } })).length;
}

test('runs the server, leads the host to it, and removes it', { timeout: 60_000 }, async (t) => {
  const reason = await whyNot();
  if (reason !== undefined) return t.skip(reason);
  const before = await containers();
  const platform = await createTestPlatform({
    extensions: [MyExtension],
    config: { 'my-extension': config },
    hookTimeout: 40_000,
  });
  try {
    const answer = await platform.fetch('http://my-extension.localhost/echo', { method: 'POST', body: 'hello' });
    assert.equal(await answer.text(), 'hello');
    assert.equal(answer.headers.get('x-method'), 'POST');
    assert.equal(await containers(), before + 1);
  } finally {
    await platform.close();
  }
  assert.equal(await containers(), before);
});
