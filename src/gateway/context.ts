import type { GatewayRequest, GatewayResponse, PathValues, RequestContext, Route } from '../api/gateway';
import type { RequestBody } from '../api/request-body';
import { abortSignalOf } from './abort-signal';
import type { RequestScope } from './request-scope';
import { splitAuthority } from './routing/host-index';
import { IncomingBody } from './request-body/request-body';

const PROCESS_TAG = Date.now().toString(36);
let requests = 0;

/** The context of one request. What costs time to work out is worked out when it is first asked for. */
export class Context implements RequestContext {
  params: PathValues = {};
  route: Route | undefined;
  /** What the request runs within. */
  scope: RequestScope | undefined;
  readonly locals: Record<string, unknown> = {};
  #query: URLSearchParams | undefined;
  #host: string | undefined;
  #body: IncomingBody | undefined;
  #signal: AbortSignal | undefined;
  readonly #number = ++requests;
  readonly #url: string;

  constructor(
    readonly request: GatewayRequest,
    readonly response: GatewayResponse,
    /** The most bytes of a body that are kept at once, where who reads it says nothing else. */
    private readonly bodyLimit: number,
    /** When it arrived, by the clock of `performance.now`; NaN where nobody wants to know. */
    readonly startedAt: number,
  ) {
    this.#url = request.url;
  }

  get requestId(): string {
    return `${PROCESS_TAG}-${this.#number}`;
  }

  get host(): string {
    return (this.#host ??= splitAuthority(this.request.headers.host ?? '').name);
  }

  get path(): string {
    const end = this.#url.indexOf('?');
    return end < 0 ? this.#url : this.#url.slice(0, end);
  }

  get query(): URLSearchParams {
    if (this.#query) return this.#query;
    const start = this.#url.indexOf('?');
    return (this.#query = new URLSearchParams(start < 0 ? '' : this.#url.slice(start + 1)));
  }

  get body(): RequestBody {
    return (this.#body ??= new IncomingBody(this.request, this.bodyLimit));
  }

  /** Is told that the response is out, or that the client is gone. */
  closed(): void {
    this.#body?.closed();
  }

  get signal(): AbortSignal {
    return (this.#signal ??= abortSignalOf(this.response, this.scope?.signalFor(this.route?.owner)));
  }
}
