import type { ExceptionHandlers, Handlers, RequestHandlers, ResponseHandlers, Router } from '../../src/api/gateway';
import { Gateway, type GatewayOptions } from '../../src/gateway/gateway';
import { collectLog, type LogLine } from './collect-log';
import { sendRaw, sendRequest, type Answer, type RequestOptions } from './send-request';

/** A gateway on a free port of this machine, and what a test needs around it. */
export interface StartedGateway {
  readonly gateway: Gateway;
  readonly port: number;
  readonly url: string;
  /** Everything that was logged. */
  readonly lines: LogLine[];
  /** What the extension of that name would get. */
  readonly owner: (name: string) => OwnerTools;
  /** Sends a request that may have any Host header; nothing is followed or decoded. */
  readonly send: (path: string, options?: RequestOptions) => Promise<Answer>;
  readonly raw: (text: string) => Promise<string>;
}

export interface OwnerTools {
  readonly router: Router;
  readonly requestHandlers: RequestHandlers;
  readonly responseHandlers: ResponseHandlers;
  readonly exceptionHandlers: ExceptionHandlers;
  readonly finalizers: Handlers;
}

const started: Gateway[] = [];

/** Starts a gateway that is closed after the test. */
export async function startGateway(options: Omit<GatewayOptions, 'log'> = {}): Promise<StartedGateway> {
  const { log, lines } = collectLog();
  const gateway = new Gateway({ log, ...options });
  started.push(gateway);
  const [address] = await gateway.listen([{ host: '127.0.0.1', port: 0 }]);
  const port = address?.port ?? 0;
  return {
    gateway,
    port,
    url: `http://127.0.0.1:${port}`,
    lines,
    owner: (name) => gateway.forOwner({ name, bind: (run) => run, assertOpen: () => undefined }),
    send: (path, request) => sendRequest(port, path, request),
    raw: (text) => sendRaw(port, text),
  };
}

afterEach(async () => {
  await Promise.all(started.splice(0).map((gateway) => gateway.close(0)));
});
