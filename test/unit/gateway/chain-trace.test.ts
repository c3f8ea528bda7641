import { setTimeout as delay } from 'node:timers/promises';
import { startGateway } from '../../support/start-gateway';
import { waitFor } from '../../support/wait-for';

/** The text that was logged for a request; handlers are called once each. */
async function traced(path: string, prepare: (started: Awaited<ReturnType<typeof startGateway>>) => void) {
  const started = await startGateway({ traceChain: true });
  prepare(started);
  const answer = await started.send(path);
  const find = () => started.lines.find(({ message }) => message.startsWith(`GET 127.0.0.1${path} `));
  await waitFor('the trace', () => find() !== undefined);
  return { answer, rows: find()!.message.split('\n') };
}

const row = (rows: string[], name: string): string => rows.find((line) => line.includes(name)) ?? '';

describe('DEBUG_HANDLER_CHAIN', () => {
  it('shows each handler with its phase, owner, time and what it changed', async () => {
    const { answer, rows } = await traced('/x/7', (gateway) => {
      const shop = gateway.owner('shop');
      shop.requestHandlers.early.append(async function remember(_chain, { locals }) {
        await delay(20);
        locals.who = 'ada';
      });
      gateway.owner('bank').router.get('/x/:id', ({ response }) => {
        response.statusCode = 201;
        return 'made';
      });
      shop.responseHandlers.append(function tag(_chain, _context, response) {
        response.setHeader('x-tag', '1');
      });
      shop.finalizers.append(function count() {});
    });
    expect([answer.status, answer.text, answer.headers['x-tag']]).toEqual([201, 'made', '1']);
    expect(rows[0]).toMatch(/^GET 127\.0\.0\.1\/x\/7 → 201 in \d+\.\d\d ms$/);
    expect(row(rows, 'remember')).toMatch(/^ {2}early +shop +remember +\d\d+\.\d\d ms +locals\.who: "ada"$/);
    expect(row(rows, 'router')).toMatch(
      /^ {2}request +backlot +router +[\d.]+ ms +status: 200 → 201;.*route: GET \/x\/:id of bank; body: text of 4 bytes "made"; chain: stopped/,
    );
    expect(row(rows, 'tag')).toMatch(/^ {2}response +shop +tag .* header x-tag: 1$/);
    expect(row(rows, 'count')).toMatch(/^ {2}finalizer +shop +count +[\d.]+ ms$/);
  });

  it('shows what a handler threw, and the handlers that came in for it', async () => {
    const { answer, rows } = await traced('/x', (gateway) => {
      gateway.owner('shop').requestHandlers.append(function fails() {
        throw new Error('broken');
      });
      gateway.owner('bank').exceptionHandlers.append(function mend(chain) {
        chain.respond(502, { mended: true });
      });
    });
    expect(answer.status).toBe(502);
    expect(row(rows, 'fails')).toMatch(/threw Error: broken$/);
    expect(row(rows, 'mend')).toMatch(/^ {2}exception +bank +mend .*status: 200 → 502;.*body: text of 15 bytes/);
  });

  it.each([0, 5])('shows what serves a response by itself, after %d ms, and what it changed', async (wait) => {
    const { rows } = await traced('/app/x', (gateway) => {
      const shop = gateway.owner('shop');
      shop.router.mount('/app', (_request, response) => {
        const answer = (): void => void response.setHeader('x-app', '1').writeHead(202).end('app');
        if (wait === 0) answer();
        else setTimeout(answer, wait);
      });
      shop.responseHandlers.append(function tag(_chain, _context, response) {
        response.setHeader('x-tag', '1');
      });
    });
    expect(row(rows, 'router')).toMatch(
      /status: 200 → 202;.*header x-app: 1;.*route: \* \/app of shop; response: begun$/,
    );
    expect(row(rows, 'tag')).toMatch(/^ {2}response +shop +tag .* header x-tag: 1$/);
  });

  it('has one line for each handler, whatever they throw and keep', async () => {
    const { rows } = await traced('/x', (gateway) => {
      gateway.owner('shop').requestHandlers.append(function fails(_chain, { locals }) {
        locals.later = () => {
          return 1;
        };
        throw new Error('broken\n  in two');
      });
    });
    expect(rows.filter((line) => !/^(GET| {2}(request|exception) )/.test(line))).toEqual([]);
    expect(row(rows, 'fails')).toMatch(/locals\.later: a function; threw Error: broken in two$/);
  });

  it('runs nothing twice', async () => {
    let calls = 0;
    await traced('/x', (gateway) => {
      gateway.owner('shop').router.get('/x', () => ++calls);
    });
    expect(calls).toBe(1);
  });
});
