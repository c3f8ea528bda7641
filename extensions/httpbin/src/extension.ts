import { randomBytes, randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { HttpError, type RequestContext, WebAppExtension, type WebRouter } from 'backlot';
import { cookiesOf, describeRequest, describeWithBody, headersOf } from './describe-request';
import { numberIn } from './number-in';

const LONGEST_DELAY_S = 10;
const MOST_LINES = 100;
const MOST_BYTES = 100 * 1024;
const MOST_REDIRECTS = 50;

/** A subset of httpbin: each path of https://httpbin.org that is here answers as there. */
export class HttpBin extends WebAppExtension {
  readonly name = 'httpbin';
  override readonly public = './public';

  override updateWebRoutes(router: WebRouter): void {
    this.addMethods(router);
    this.addInspection(router);
    this.addCookies(router);
    this.addRedirects(router);
    this.addBodies(router);
    this.addAuthentication(router);
    router.all('/status/:codes', ({ params, response }) => statusOf(params.codes, response));
    router.all('/delay/:seconds', async (context) => {
      await this.wait(numberIn(context.params.seconds, LONGEST_DELAY_S));
      return describeWithBody(context);
    });
  }

  private addMethods(router: WebRouter): void {
    router.get('/get', describeRequest);
    router.post('/post', describeWithBody);
    router.put('/put', describeWithBody);
    router.patch('/patch', describeWithBody);
    router.delete('/delete', describeWithBody);
    router.all('/anything', describeWithBody);
    router.all('/anything/*', describeWithBody);
  }

  private addInspection(router: WebRouter): void {
    router.get('/headers', ({ request }) => ({ headers: headersOf(request) }));
    router.get('/ip', ({ request }) => ({ origin: request.socket.remoteAddress }));
    router.get('/user-agent', ({ request }) => ({ 'user-agent': request.headers['user-agent'] ?? null }));
    router.get('/uuid', () => ({ uuid: randomUUID() }));
    router.get('/response-headers', ({ query, response }) => {
      for (const [name, value] of query) response.appendHeader(name, value);
      return Object.fromEntries(query);
    });
  }

  private addCookies(router: WebRouter): void {
    router.get('/cookies', (context) => ({ cookies: cookiesOf(context) }));
    router.get('/cookies/set', ({ query, response }) => {
      for (const [name, value] of query) response.appendHeader('set-cookie', `${name}=${value}; Path=/`);
      response.redirect(302, '../cookies');
    });
    router.get('/cookies/delete', ({ query, response }) => {
      for (const name of query.keys()) response.appendHeader('set-cookie', `${name}=; Path=/; Max-Age=0`);
      response.redirect(302, '../cookies');
    });
  }

  /** Relative, so that they stay at the place that was asked. */
  private addRedirects(router: WebRouter): void {
    router.all('/redirect/:times', ({ params, response }) => {
      const left = numberIn(params.times, MOST_REDIRECTS) - 1;
      response.redirect(302, left > 0 ? String(left) : '../get');
    });
    router.all('/redirect-to', ({ query, response }) => {
      const url = query.get('url');
      if (url === null) throw new HttpError(400, 'the parameter "url" is missing');
      response.redirect(numberIn(query.get('status_code') ?? '302', 399), url);
    });
  }

  private addBodies(router: WebRouter): void {
    router.get('/bytes/:count', ({ params }) => randomBytes(numberIn(params.count, MOST_BYTES)));
    router.get('/stream/:lines', (context) => {
      context.response.setHeader('content-type', 'application/json');
      return lines(numberIn(context.params.lines, MOST_LINES), context);
    });
    const compressions = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync };
    for (const [encoding, compress] of Object.entries(compressions)) {
      router.get(encoding === 'br' ? '/brotli' : `/${encoding}`, (context) => {
        context.response.setHeader('content-type', 'application/json').setHeader('content-encoding', encoding);
        return compress(JSON.stringify({ ...describeRequest(context), encoding }));
      });
    }
  }

  private addAuthentication(router: WebRouter): void {
    router.get('/basic-auth/:user/:password', ({ params, request }) => {
      const wanted = Buffer.from(`${params.user}:${params.password}`).toString('base64');
      if (request.headers.authorization === `Basic ${wanted}`) return { authenticated: true, user: params.user };
      throw unauthorized('Basic realm="Fake Realm"');
    });
    router.get('/bearer', ({ request }) => {
      const [, token] = /^Bearer (.+)$/.exec(request.headers.authorization ?? '') ?? [];
      if (token !== undefined) return { authenticated: true, token };
      throw unauthorized('Bearer');
    });
  }

  private wait(seconds: number): Promise<void> {
    return new Promise((resolve) => void this.timers.setTimeout(() => resolve(), seconds * 1000));
  }
}

/** One of the codes, when there are several: `200,500`. */
function statusOf(codes: string, response: RequestContext['response']): string {
  const all = codes.split(',').map((code) => numberIn(code, 599));
  const status = all[Math.floor(Math.random() * all.length)] ?? 200;
  if (status < 200) throw new HttpError(400, `${status} cannot be the status of an answer`);
  response.statusCode = status;
  if (status === 401) response.setHeader('www-authenticate', 'Basic realm="Fake Realm"');
  if (status >= 300 && status < 400 && status !== 304) response.setHeader('location', '../redirect/1');
  return STATUS_CODES[status] ?? '';
}

async function* lines(count: number, context: RequestContext<object>): AsyncGenerator<string> {
  for (let id = 0; id < count; id += 1) {
    yield `${JSON.stringify({ id, ...describeRequest(context) })}\n`;
    // Each line goes out by itself, as from a server that has to think about the next one.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function unauthorized(challenge: string): HttpError {
  return new HttpError(401, 'credentials are missing or wrong', { headers: { 'www-authenticate': challenge } });
}
