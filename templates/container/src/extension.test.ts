import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BacklotError, createTestPlatform, type TestPlatform } from 'backlot/testing';
import { MyExtension } from './extension';

/** The platform, or why there is none: a machine without a container engine cannot run this test. */
async function start(): Promise<TestPlatform | string> {
  try {
    return await createTestPlatform({ extensions: [MyExtension] });
  } catch (error) {
    if (error instanceof BacklotError && error.code === 'BACKLOT_E_CONTAINER_ENGINE') return error.message;
    throw error;
  }
}

test('runs the server and leads its host to it', async (t) => {
  const platform = await start();
  if (typeof platform === 'string') return t.skip(platform);
  try {
    const greeting = await platform.fetch('http://my-extension.localhost/');
    assert.equal(await greeting.text(), 'hello\n');
    const echo = await platform.fetch('http://my-extension.localhost/echo', { method: 'POST', body: 'ada' });
    assert.equal(await echo.text(), 'ada');
  } finally {
    await platform.close();
  }
});
