import { once } from 'node:events';
import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { createServer } from 'node:net';
import { HttpError, type Router } from '../../../../src/api';
import { serveHere, serveTcp } from '../../../support/serve-here';
import { startGateway, type StartedGateway } from '../../../support/start-gateway';
import { waitFor } from '../../../support/wait-for';

let started: StartedGateway;
let router: Router;

beforeEach(async () => {
  started = await startGateway();
  router = started.owner('shop').router;
});

function begin(method: string): ClientRequest {
  const outgoing = request({ host: '127.0.0.1', port: started.port, path: '/', method, agent: false });
  outgoing.on('error', () => undefined);
  return outgoing;
}

async function answerOf(outgoing: ClientRequest): Promise<IncomingMessage> {
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
  answer.on('error', () => undefined);
  return answer;
}

/** What is logged as an error. */
function failures(): string[] {
  return started.lines.filter(({ level }) => level === 'error').map(({ message }) => message);
}

/** What a client is told: a status, and an error that names the extension and the server. */
async function expectFailure(status: number, code: string, target: string, message: RegExp): Promise<void> {
  const answer = await started.send('/');
  expect(answer.status).toBe(status);
  const { error } = answer.json() as { error: Record<string, string> };
  expect(error).toEqual({ code, message: error.message, extension: 'shop', target });
  expect(error.message).toMatch(message);
  const [line] = failures();
  expect(line).toContain(code);
  expect(line).toContain('extension shop');
  expect(line).toContain(target);
  expect(line).toContain('GET /');
}

describe('a server that fails', () => {
  it('is unreachable where nobody listens: 502', async () => {
    const { port } = await unusedPort();
    const target = `http://127.0.0.1:${port}`;
    router.proxy('/', target);
    await expectFailure(502, 'BACKLOT_E_PROXY_UNREACHABLE', target, /cannot be reached: connect ECONNREFUSED/);
  });

  it('is unreachable where there is no such name: 502', async () => {
    const target = 'http://no-such-server.invalid';
    router.proxy('/', target);
    await expectFailure(502, 'BACKLOT_E_PROXY_UNREACHABLE', target, /cannot be reached: getaddrinfo/);
  });

  it('is broken when it closes or resets before it answers: 502', async () => {
    const { url } = await serveTcp((socket) => void socket.once('data', () => socket.resetAndDestroy()));
    router.proxy('/', url);
    await expectFailure(502, 'BACKLOT_E_PROXY_BROKEN', url, /broke off: read ECONNRESET/);
  });

  it('is broken when what it answers is no HTTP: 502', async () => {
    const { url } = await serveTcp((socket) => void socket.once('data', () => socket.end('SSH-2.0-OpenSSH\r\n')));
    router.proxy('/', url);
    await expectFailure(502, 'BACKLOT_E_PROXY_BROKEN', url, /broke off: Parse Error/);
  });

  it('is too late when it does not take the connection: 504', async () => {
    // Nothing answers at an address for documentation; where it is refused at once, it is unreachable instead.
    router.proxy('/', 'http://192.0.2.1:81', { connectTimeout: 50 });
    const answer = await started.send('/');
    const { error } = answer.json() as { error: Record<string, string> };
    expect([502, 504]).toContain(answer.status);
    expect(error.target).toBe('http://192.0.2.1:81');
    expect(error.message).toMatch(/did not take the connection within 0.05 s|cannot be reached/);
  });

  it('is too late when it does not begin TLS: 504', async () => {
    const { port } = await serveTcp(() => undefined);
    const target = `https://127.0.0.1:${port}`;
    router.proxy('/', target, { connectTimeout: 50 });
    await expectFailure(504, 'BACKLOT_E_PROXY_TIMEOUT', target, /did not take the connection within 0.05 s/);
  });

  it('is too late when it does not begin to answer: 504', async () => {
    const { url } = await serveHere(() => undefined);
    router.proxy('/', url, { firstByteTimeout: 50 });
    await expectFailure(504, 'BACKLOT_E_PROXY_TIMEOUT', url, /did not begin to answer within 0.05 s/);
  });

  it('is not too late while it is the client who sends', async () => {
    const { url } = await serveHere((incoming, response) => void incoming.resume().on('end', () => response.end('ok')));
    router.proxy('/', url, { firstByteTimeout: 200 });
    const outgoing = begin('POST');
    for (let times = 0; times < 6; times++) {
      outgoing.write('x');
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
    outgoing.end();
    expect((await answerOf(outgoing)).statusCode).toBe(200);
  });

  it('breaks the answer off when it pauses in it for too long', async () => {
    const { url } = await serveHere((_incoming, response) => void response.write('half'));
    router.proxy('/', url, { idleTimeout: 50 });
    const answer = await answerOf(begin('GET').end());
    await expectBrokenOff(answer);
    expect(failures()[0]).toMatch(/BACKLOT_E_PROXY_TIMEOUT[^]*did not go on with its answer within 0.05 s/);
  });

  it('may take as long as it wants where the limits are 0, and longer than one limit when it goes on', async () => {
    const { url } = await serveHere((_incoming, response) => {
      let times = 0;
      const timer = setInterval(() => {
        if (++times <= 6) response.write('x');
        else response.end();
      }, 60);
      response.on('close', () => clearInterval(timer));
    });
    router.proxy('/', url, { connectTimeout: 0, firstByteTimeout: 0, idleTimeout: 200 });
    expect((await started.send('/')).text).toBe('xxxxxx');
  });

  it.each([
    ['a length', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf'],
    ['chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n'],
  ])('that breaks off an answer with %s leaves none that looks whole', async (_what, head) => {
    const { url } = await serveTcp((socket) => {
      socket.once('data', () => socket.write(head, () => setTimeout(() => socket.resetAndDestroy(), 20)));
    });
    router.proxy('/', url);
    const answer = await answerOf(begin('GET').end());
    await expectBrokenOff(answer);
    await waitFor('the log', () => failures().length > 0);
    expect(failures()[0]).toMatch(/BACKLOT_E_PROXY_BROKEN/);
    expect(failures()[0]).toContain('extension shop');
  });

  it('can be answered for by an exception handler', async () => {
    const { port } = await unusedPort();
    router.proxy('/', `http://127.0.0.1:${port}`);
    started.owner('shop').exceptionHandlers.append((chain, error) => {
      chain.respond(200, `instead of ${(error as { code: string }).code}`);
    });
    expect((await started.send('/')).text).toBe('instead of BACKLOT_E_PROXY_UNREACHABLE');
  });

  it('may answer before it has the whole body', async () => {
    const { url } = await serveHere((_incoming, response) => void response.writeHead(413).end('too much'));
    router.proxy('/', url);
    const outgoing = begin('POST');
    outgoing.write('x'.repeat(100_000));
    const answer = await answerOf(outgoing);
    expect(answer.statusCode).toBe(413);
    outgoing.destroy();
  });

  it('has its password hidden in what is said of it', async () => {
    const { port } = await unusedPort();
    router.proxy('/', `http://eve:secret@127.0.0.1:${port}`);
    const answer = await started.send('/');
    expect(answer.json()).toMatchObject({ error: { target: `http://***:***@127.0.0.1:${port}` } });
    expect(answer.text + failures().join()).not.toContain('secret');
  });
});

describe('a target that a function gives', () => {
  it('is a failure of the extension when the function throws, or gives no URL', async () => {
    router.proxy('/throws', () => {
      throw new Error('no idea');
    });
    router.proxy('/rejects', () => Promise.reject(new Error('no idea')));
    router.proxy('/none', () => 'nowhere');
    for (const path of ['/throws', '/rejects']) {
      const answer = await started.send(path);
      expect(answer.status).toBe(500);
      expect(answer.json()).toMatchObject({ error: { code: 'BACKLOT_E_HANDLER_FAILED', extension: 'shop' } });
    }
    const answer = await started.send('/none');
    expect(answer.status).toBe(500);
    expect(answer.json()).toMatchObject({ error: { code: 'BACKLOT_E_PROXY_TARGET_INVALID', extension: 'shop' } });
    expect(failures()).toHaveLength(3);
  });

  it('may answer with a status, and a 503 is no failure', async () => {
    router.proxy('/', () => {
      throw new HttpError(503, 'the server starts', { headers: { 'retry-after': '1' } });
    });
    const answer = await started.send('/', { method: 'POST', body: 'x' });
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, '1']);
    expect(answer.json()).toEqual({ error: { message: 'the server starts' } });
    expect(failures()).toEqual([]);
  });

  it('is a failure when what changes the path or the headers throws', async () => {
    const { url } = await serveHere((_incoming, response) => void response.end('x'));
    const broken = (): never => {
      throw new Error('it broke');
    };
    router.proxy('/path', url, { rewritePath: broken });
    router.proxy('/request', url, { requestHeaders: broken });
    router.proxy('/response', url, { responseHeaders: broken });
    for (const path of ['/path', '/request', '/response']) expect((await started.send(path)).status).toBe(500);
    expect(failures()).toHaveLength(3);
  });
});

describe('a client that goes away', () => {
  it.each([
    ['while the server works', (): void => undefined],
    ['within the answer', (write: () => void): void => write()],
  ])('%s takes the request to the server with it, and is no failure', async (_when, answer) => {
    let ended = false;
    let arrived = false;
    const { url } = await serveHere((incoming, response) => {
      arrived = true;
      incoming.resume();
      response.on('close', () => (ended = !response.writableFinished));
      answer(() => response.write('half'));
    });
    router.proxy('/', url);
    const outgoing = begin('GET').end();
    await waitFor('the request', () => arrived);
    outgoing.destroy();
    await waitFor('the end of the request to the server', () => ended);
    expect(failures()).toEqual([]);
  });

  it('within its body takes the request to the server with it', async () => {
    let received = 0;
    let aborted = false;
    const { url } = await serveHere((incoming) => {
      incoming.on('data', (chunk: Buffer) => (received += chunk.length));
      incoming.on('error', () => (aborted = true));
    });
    router.proxy('/', url);
    const outgoing = begin('POST');
    outgoing.write('part');
    await waitFor('the first piece', () => received === 4);
    outgoing.destroy();
    await waitFor('the abort', () => aborted);
    expect(failures()).toEqual([]);
  });
});

describe('a proxy whose extension goes', () => {
  it('lets the requests end that it has begun', async () => {
    let finish: (() => void) | undefined;
    const { url } = await serveHere((_incoming, response) => void (finish = () => void response.end('late')));
    router.proxy('/', url);
    const answering = started.send('/');
    await waitFor('the request', () => finish);
    started.gateway.withdraw('shop');
    finish?.();
    expect((await answering).text).toBe('late');
    expect((await started.send('/')).status).toBe(404);
  });

  it('closes the connections that it kept', async () => {
    const going = new AbortController();
    const owner = { name: 'live', bind: <F>(run: F): F => run, assertOpen: () => undefined, signal: going.signal };
    const { url, connections } = await serveHere((_incoming, response) => void response.end('x'));
    started.gateway.forOwner(owner).router.proxy('/', url);
    await started.send('/');
    expect(connections.map(({ destroyed }) => destroyed)).toEqual([false]);
    going.abort();
    await waitFor('the end of the connection', () => connections.every(({ destroyed }) => destroyed));
  });
});

/** Reads an answer that must not come to its end. */
async function expectBrokenOff(answer: IncomingMessage): Promise<void> {
  let text = '';
  const reading = (async () => {
    for await (const chunk of answer.setEncoding('utf8')) text += chunk;
  })();
  await expect(reading).rejects.toThrow('aborted');
  expect(text).toBe('half');
}

/** A port that was free a moment ago. */
async function unusedPort(): Promise<{ port: number }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return { port };
}
