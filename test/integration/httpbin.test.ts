import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import type { createTestPlatform, TestFetchInit, TestPlatform } from '../../src/testing';
import { REPOSITORY } from '../support/run-platform';

/** The built extension, used through the built platform as its users do. */
const { createTestPlatform: start } = jest.requireActual<{ createTestPlatform: typeof createTestPlatform }>(
  '../../dist/testing',
);

describe('the extension httpbin', () => {
  let platform: TestPlatform;
  beforeAll(async () => {
    platform = await start({ extensions: [join(REPOSITORY, 'extensions', 'httpbin')] });
  });
  afterAll(() => platform.close());

  const get = (target: string, init: TestFetchInit = {}): Promise<Response> =>
    platform.fetch(`http://httpbin.localhost${target}`, { redirect: 'manual', ...init });
  const json = async (target: string, init?: TestFetchInit): Promise<unknown> => (await get(target, init)).json();

  it('has a page that links to what it serves, at each of its places', async () => {
    for (const place of ['/_extension/httpbin/', 'http://httpbin.localhost/']) {
      const page = await (await platform.fetch(place)).text();
      const links = [...page.matchAll(/href="([^"]+)"/g)].map(([, link]) => link ?? '');
      expect(links.length).toBeGreaterThan(15);
      const statuses = await Promise.all(
        links
          .filter((link) => !/status|delay|auth|bearer/.test(link))
          .map(async (link) => [link, (await platform.fetch(place + link)).status]),
      );
      expect(statuses.filter(([, status]) => status !== 200)).toEqual([]);
    }
  });

  it('answers with what the request was', async () => {
    expect(await json('/get?a=1&a=2&b=', { headers: { 'X-Hello': 'world' } })).toMatchObject({
      args: { a: ['1', '2'], b: '' },
      headers: { 'x-hello': 'world' },
      method: 'GET',
      url: `http://httpbin.localhost:${platform.port}/get?a=1&a=2&b=`,
    });
    const body = JSON.stringify({ a: [1] });
    expect(await json('/anything/x', { method: 'PUT', body })).toMatchObject({
      method: 'PUT',
      data: body,
      json: { a: [1] },
    });
    const form = new URLSearchParams({ hello: 'world' });
    expect(await json('/post', { method: 'POST', body: form })).toMatchObject({ form: { hello: 'world' }, data: '' });
    const bytes = await json('/post', { method: 'POST', body: Buffer.from([0xff, 0xfe]) });
    expect(bytes).toMatchObject({ data: 'data:application/octet-stream;base64,//4=' });
    expect((await get('/post')).status).not.toBe(200);
  });

  it('answers with the status, the headers and the cookies that were asked for', async () => {
    expect((await get('/status/418')).status).toBe(418);
    expect([200, 500]).toContain((await get('/status/200,500', { method: 'POST' })).status);
    expect((await get('/status/x')).status).toBe(400);
    expect((await get('/response-headers?x-a=1')).headers.get('x-a')).toBe('1');
    expect((await get('/cookies/set?a=1&b=2')).headers.getSetCookie()).toEqual(['a=1; Path=/', 'b=2; Path=/']);
    expect(await json('/cookies', { headers: { cookie: 'a=1; b=2' } })).toEqual({ cookies: { a: '1', b: '2' } });
  });

  it('redirects within the place that was asked', async () => {
    const answer = await platform.fetch('/_extension/httpbin/redirect/3');
    expect(await answer.json()).toMatchObject({ url: `${platform.url}/_extension/httpbin/get` });
    expect((await get('/redirect-to?url=/x&status_code=307')).headers.get('location')).toBe('/x');
    expect((await get('/redirect-to')).status).toBe(400);
  });

  it('sends bytes, lines and compressed bodies', async () => {
    expect((await (await get('/bytes/16')).arrayBuffer()).byteLength).toBe(16);
    const lines = (await (await get('/stream/3')).text()).trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { id: number }).id)).toEqual([0, 1, 2]);
    const decoders = { gzip: gunzipSync, deflate: inflateSync, brotli: brotliDecompressSync };
    for (const [name, decode] of Object.entries(decoders)) {
      const answer = await get(`/${name}`);
      const text = decode(Buffer.from(await answer.arrayBuffer())).toString();
      expect(JSON.parse(text)).toMatchObject({ encoding: answer.headers.get('content-encoding') });
    }
  });

  it('asks for credentials', async () => {
    const none = await get('/basic-auth/ada/secret');
    expect([none.status, none.headers.get('www-authenticate')]).toEqual([401, 'Basic realm="Fake Realm"']);
    const authorization = `Basic ${Buffer.from('ada:secret').toString('base64')}`;
    expect(await json('/basic-auth/ada/secret', { headers: { authorization } })).toEqual({
      authenticated: true,
      user: 'ada',
    });
    expect(await json('/bearer', { headers: { authorization: 'Bearer x' } })).toMatchObject({ token: 'x' });
  });

  it('takes its time', async () => {
    const began = performance.now();
    expect((await get('/delay/1')).status).toBe(200);
    expect(performance.now() - began).toBeGreaterThan(990);
  });
});
