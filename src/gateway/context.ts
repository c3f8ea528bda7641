import type { GatewayRequest, GatewayResponse, PathValues, RequestContext, Route } from '../api/gateway';
import { splitAuthority } from './routing/host-index';

const PROCESS_TAG = Date.now().toString(36);
let requests = 0;

/** The context of one request. What costs time to work out is worked out when it is first asked for. */
export class Context implements RequestContext {
  params: PathValues = {};
  route: Route | undefined;
  readonly locals: Record<string, unknown> = {};
  readonly startedAt = performance.now();
  #requestId: string | undefined;
  #query: URLSearchParams | undefined;
  #host: string | undefined;
  readonly #number = ++requests;
  readonly #url: string;

  constructor(
    readonly request: GatewayRequest,
    readonly response: GatewayResponse,
  ) {
    this.#url = request.url;
  }

  get requestId(): string {
    return (this.#requestId ??= `${PROCESS_TAG}-${this.#number}`);
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
}
