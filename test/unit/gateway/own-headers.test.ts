import type { GatewayResponse } from '../../../src/api/gateway';
import { startGateway, type OwnerTools, type StartedGateway } from '../../support/start-gateway';

let started: StartedGateway;
let shop: OwnerTools;
beforeEach(async () => {
  started = await startGateway();
  shop = started.owner('shop');
  shop.router.get('/order', () => ({ id: 1 }));
});

/** Lets a response handler do something with each response. */
const handle = (run: (response: GatewayResponse) => void): void =>
  shop.responseHandlers.append((_chain, _context, response) => run(response));

describe('the type and the length that the gateway gives to a response', () => {
  it('are headers like any others for response handlers and finalizers', async () => {
    const seen: unknown[] = [];
    const look = (response: GatewayResponse): void => {
      seen.push(response.getHeader('Content-Type'), response.hasHeader('CONTENT-TYPE'), response.getHeaderNames());
      seen.push({ ...response.getHeaders() });
    };
    handle((response) => response.setHeader('X-Order', '1'));
    handle(look);
    shop.finalizers.append((_chain, _context, response) => look(response));
    const answer = await started.send('/order');
    expect(answer.text).toBe('{"id":1}');
    expect(seen).toEqual([
      ...['application/json', true, ['content-type', 'x-order']],
      { 'content-type': 'application/json', 'x-order': '1' },
      ...['application/json', true, ['content-type', 'x-order', 'content-length']],
      { 'content-type': 'application/json', 'x-order': '1', 'content-length': 8 },
    ]);
  });

  it.each([
    ['replaced', (response: GatewayResponse) => response.setHeader('Content-Type', 'text/csv'), 'text/csv'],
    ['taken away', (response: GatewayResponse) => response.removeHeader('content-type'), undefined],
  ] as const)('can be %s', async (_what, change, type) => {
    handle((response) => void change(response));
    expect((await started.send('/order')).headers['content-type']).toBe(type);
  });

  it('leave what the endpoint has set, whatever its case', async () => {
    shop.router.get('/csv', ({ response }) => {
      response.setHeader('Content-TYPE', 'text/csv');
      return 'a,b';
    });
    expect((await started.send('/csv')).headers['content-type']).toBe('text/csv');
  });

  it('are seen by a setHeader that somebody put in the place of Node’s', async () => {
    const names: string[] = [];
    shop.requestHandlers.early.append((_chain, _context, response) => {
      const own = response.setHeader.bind(response);
      response.setHeader = (name, value) => {
        names.push(name);
        return own(name, value);
      };
    });
    const answer = await started.send('/order');
    expect([names, answer.headers['content-length']]).toEqual([['content-type', 'content-length'], '8']);
  });

  it('never take a name of objects for a header', async () => {
    handle((response) => response.setHeader('x-known', String(response.hasHeader('constructor'))));
    expect((await started.send('/order')).headers['x-known']).toBe('false');
  });
});
