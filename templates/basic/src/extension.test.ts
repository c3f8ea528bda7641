import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createTestPlatform, type TestPlatform } from 'backlot/testing';
import { MyExtension } from './extension';

let platform: TestPlatform;
before(async () => {
  platform = await createTestPlatform({ extensions: [MyExtension], config: { 'my-extension': { greeting: 'hi' } } });
});
after(() => platform.close());

test('greets with the configured greeting', async () => {
  const response = await platform.fetch('/my-extension/greet/ada');
  assert.deepEqual(await response.json(), { message: 'hi, ada' });
  assert.equal(response.headers.get('x-served-by'), 'my-extension');
});

test('answers what none of its routes serves', async () => {
  const response = await platform.fetch('/my-extension/nothing');
  assert.equal(response.status, 404);
  assert.deepEqual(await response.json(), { error: 'my-extension has no /my-extension/nothing' });
});

test('refuses a configuration that its schema does not allow', async () => {
  const start = createTestPlatform({ extensions: [MyExtension], config: { 'my-extension': { greeting: 1 } } });
  await assert.rejects(start, { code: 'BACKLOT_E_CONFIG_INVALID' });
});
