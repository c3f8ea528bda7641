import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createTestPlatform, type TestPlatform } from 'backlot/testing';
import { MyExtension } from './extension';

let platform: TestPlatform;
before(async () => {
  platform = await createTestPlatform({ extensions: [MyExtension] });
});
after(() => platform.close());

const places = ['/_extension/my-extension', 'http://my-extension.localhost'];

for (const place of places) {
  test(`serves its page at ${place}`, async () => {
    const page = await platform.fetch(`${place}/`);
    assert.equal(page.status, 200);
    assert.match(page.headers.get('content-type') ?? '', /^text\/html/);
    assert.match(await page.text(), /<title>my-extension<\/title>/);
    const script = await platform.fetch(`${place}/app.js`);
    assert.match(script.headers.get('content-type') ?? '', /javascript/);
    await script.text();
  });

  test(`serves its API at ${place}`, async () => {
    const answer = (await (await platform.fetch(`${place}/api/greet/ada`)).json()) as { message: string };
    assert.equal(answer.message, 'hello, ada');
    assert.match(await (await platform.fetch(`${place}/count`)).text(), /<p>\d+ greeted<\/p>/);
  });
}

test('finds the page without the slash at the end, so that relative links work', async () => {
  const page = await platform.fetch('/_extension/my-extension', { redirect: 'manual' });
  assert.equal(page.headers.get('location'), '/_extension/my-extension/');
});
