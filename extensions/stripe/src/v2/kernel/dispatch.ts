import { modeOf, type Mode } from '../../compat/mode';
import type { StripeError } from '../../errors';
import type { Backend, Scope } from '../../kernel/backend';
import { asStripeError, type ApiRequest } from '../../kernel/dispatch';
import { Handlers, named } from '../../kernel/handlers';
import { DAY_LONG, IdempotentReplies } from '../../kernel/idempotency';
import type { Call, DefineModule, OperationHandler } from '../../kernel/module';
import { omit } from '../../kernel/omit';
import { printed } from '../../kernel/printed';
import type { Reply } from '../../kernel/reply';
import type { Params } from '../../parameters/validate';
import { loadSpec2, type FoundOperation } from '../../spec/spec';
import { checkVersion } from '../../versions/versions';
import { authenticate } from './authentication';
import { errorBody, failure, invalidFields } from './errors';
import { PAGE } from './page';
import { readBody, readQuery, validate } from './parameters';
import { unstatedAnswer } from './unstated';

const NOTHING: Readonly<Record<string, string>> = {};
/** How long an idempotency key is known, in seconds. */
const KEY_LIFETIME = 30 * DAY_LONG;

/**
 * Version 2 of the API, below `/v2`: JSON in both directions, a version that has to be named, and pages by URL. It shares objects, time,
 * events and transactions with version 1. https://docs.stripe.com/api-v2-overview
 */
export class Dispatcher2 {
  readonly #stripe: Backend;
  readonly #handlers: Handlers;
  readonly #idempotent: IdempotentReplies;
  readonly #mode: Mode;

  constructor(stripe: Backend, modules: readonly DefineModule[]) {
    this.#stripe = stripe;
    this.#handlers = new Handlers(stripe, modules);
    this.#idempotent = new IdempotentReplies(stripe, KEY_LIFETIME, 'v2 idempotency');
    this.#mode = modeOf(stripe);
  }

  /** The keys, without names, of the operations that keep state. */
  get stateful(): ReadonlySet<string> {
    return this.#handlers.stateful;
  }

  /** Answers a request. Never throws: what is wrong with a request is an answer, too. */
  handle(request: ApiRequest): Reply {
    const requestId = this.#stripe.platform.ids.next('req', 14);
    const headers: Record<string, string> = { 'request-id': requestId };
    let reply: Reply;
    try {
      const answered = this.#answer(request, requestId, headers);
      reply = { ...answered, headers: { ...headers, ...answered.headers } };
    } catch (error) {
      const refusal = asStripeError(error, this.#stripe);
      reply = { status: refusal.status, headers, body: errorBody(refusal, requestId) };
    }
    this.#stripe.commandLines.log({ id: requestId, method: request.method, path: request.path, reply });
    return reply;
  }

  #answer(request: ApiRequest, requestId: string, headers: Record<string, string>): Reply {
    const { method, path } = request;
    const found = loadSpec2().find(method, path);
    const { account, key } = authenticate(this.#stripe, this.#mode, request, found?.operation);
    const version = checkVersion(askedVersion(request), this.#mode.takesAnyVersion);
    headers['stripe-version'] = version;
    if (found === undefined) throw unknownUrl(request);
    const { operation } = found;
    const handled = this.#handlers.of(operation);
    if (handled === undefined) headers['backlot-fidelity'] = 'shape';
    const idempotencyKey = method === 'GET' ? undefined : request.header('idempotency-key');
    if (idempotencyKey !== undefined) headers['idempotency-key'] = idempotencyKey;
    const scope: Scope = {
      account,
      clock: null,
      version,
      base: request.base,
      request: { id: requestId, idempotency_key: idempotencyKey ?? null },
    };
    this.#stripe.settle();
    const call: Call = {
      operation,
      path: named(handled?.names ?? [], found.path),
      params: parametersOf(request, found),
      askedVersion: version,
      url: path,
      query: request.query,
      key,
      files: [],
    };
    const handler: OperationHandler = handled?.handler ?? ((each) => unstatedAnswer(this.#stripe, each));
    const reply = this.#stripe.step(scope, () => this.#once(request, idempotencyKey, requestId, () => handler(call)));
    if (method !== 'GET') this.#stripe.jobs.arm();
    return reply;
  }

  /** A key stands for what succeeded: what failed is done when it is asked for again, as nothing came of it. */
  #once(request: ApiRequest, key: string | undefined, requestId: string, work: () => object): Reply {
    const { method, path, body: sent } = request;
    const earlier = key === undefined ? undefined : this.#idempotent.find(key, { method, path, sent });
    if (earlier) return earlier;
    const reply = { status: 200, headers: NOTHING, body: printed(work()) };
    if (key !== undefined) this.#idempotent.keep(key, { method, path, sent }, requestId, reply);
    return reply;
  }
}

/** No account has a version of its own here. */
function askedVersion({ header }: ApiRequest): string {
  const version = header('stripe-version');
  if (version !== undefined) return version;
  throw invalidFields('Requests to version 2 of the API have to name a version, in the header Stripe-Version.');
}

function parametersOf({ header, query, body, files }: ApiRequest, { operation }: FoundOperation): Params {
  const isForm = files.length > 0 || /^(multipart|application\/x-www-form)/i.test(header('content-type') ?? '');
  if (isForm && (body !== '' || files.length > 0)) {
    throw failure(415, 'unsupported_media_type', 'Version 2 of the API takes JSON: send application/json.');
  }
  const inQuery = omit(readQuery(query), PAGE);
  return validate(operation, operation.method === 'GET' ? inQuery : { ...inQuery, ...readBody(body) });
}

function unknownUrl({ method, path }: ApiRequest): StripeError {
  return failure(
    404,
    'not_found',
    `Unrecognized request URL (${method}: ${path}). Please see https://stripe.com/docs or we can help at https://support.stripe.com/.`,
  );
}
