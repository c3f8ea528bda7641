import type { FormFile } from 'backlot';
import { validateLoosely } from '../compat/localstripe-rules';
import { modeOf, type Mode } from '../compat/mode';
import { invalidRequest, missingInPath, StripeError } from '../errors';
import { accountFor } from '../http/account';
import { readKey } from '../http/credentials';
import { checkKeyFor } from '../http/publishable';
import { parseForm, type RawHash } from '../parameters/form';
import { undeclared } from '../parameters/undeclared';
import { validate, type Params } from '../parameters/validate';
import { loadSpec, UNSPECIFIED, type FoundOperation, type Operation } from '../spec/spec';
import { formerOperation, isFormer, type FoundFormer } from '../versions/former-paths';
import { withCustomer, withCustomerAccounts } from '../v2/accounts/customer-accounts';
import {
  COMMAND_LINE_VERSION,
  acceptLegacy,
  checkVersion,
  defaultVersion,
  isNewest,
  renderAt,
  translateParameters,
} from '../versions/versions';
import { PLATFORM_ACCOUNT, type Backend, type Scope } from './backend';
import { checkExpand, expand } from './expand';
import { withFirstLines } from './first-lines';
import { Handlers, named, withoutNames } from './handlers';
import { IdempotentReplies } from './idempotency';
import type { ApiKey, Call, DefineModule, OperationHandler } from './module';
import { Binary, Later } from './objects';
import { printed } from './printed';
import { errorBody, type Reply, type Waiting } from './reply';
import { unstatedAnswer } from './unstated';

/** A request to the API, however it came in. */
export interface ApiRequest {
  readonly method: string;
  /** From `/v1` on, still encoded, without the query. */
  readonly path: string;
  readonly query: string;
  /** Where the API was reached, without a slash at the end: `http://localhost:4566/stripe`. */
  readonly base: string;
  readonly header: (name: string) => string | undefined;
  /** The body of a form, or the fields of a multipart form written as one. */
  readonly body: string;
  readonly files: readonly FormFile[];
}

const NOTHING: Readonly<Record<string, string>> = {};

/** An operation that only a module knows. */
interface OtherOperation {
  readonly operation: Operation;
  readonly pattern: RegExp;
  readonly names: readonly string[];
}

/** From a request to its answer: who asks, for which operation, with which parameters, and whether it was asked before. */
export class Dispatcher {
  readonly #stripe: Backend;
  readonly #handlers: Handlers;
  /** The operations that have been found to need no parameters. */
  readonly #needsNothing = new Set<Operation>();
  readonly #idempotent: IdempotentReplies;
  readonly #mode: Mode;
  /** Read when the first request comes that the specification does not know. */
  #others: readonly OtherOperation[] | undefined;

  constructor(stripe: Backend, modules: readonly DefineModule[]) {
    this.#stripe = stripe;
    this.#idempotent = new IdempotentReplies(stripe);
    this.#mode = modeOf(stripe);
    this.#handlers = new Handlers(stripe, modules);
  }

  /** The keys, without names, of the operations that keep state. */
  get stateful(): ReadonlySet<string> {
    return this.#handlers.stateful;
  }

  /**
   * Answers a request, at once where nobody outside has to be asked. Never throws or rejects: what is wrong with a request is an
   * answer, too.
   */
  handle(request: ApiRequest): Reply | Promise<Reply> {
    const requestId = this.#stripe.platform.ids.next('req', 14);
    const headers: Record<string, string> = { 'request-id': requestId };
    const log = (answer: Reply): Reply => {
      const reply = this.#mode.answered?.(request, answer) ?? answer;
      this.#stripe.commandLines.log({ id: requestId, method: request.method, path: request.path, reply });
      return reply;
    };
    const shown = ({ status, body, headers: own }: Reply): Reply =>
      log({ status, headers: own === NOTHING ? headers : { ...headers, ...own }, body });
    const failed = (error: unknown): Reply => {
      const refusal = asStripeError(error, this.#stripe);
      const failure = this.#mode.reworded?.(refusal) ?? refusal;
      return log({ status: failure.status, headers, body: errorBody(failure, requestId) });
    };
    try {
      const reply = this.#answer(request, requestId, headers);
      return reply instanceof Promise ? reply.then(shown).catch(failed) : shown(reply);
    } catch (error) {
      return failed(error);
    }
  }

  #answer(sent: ApiRequest, requestId: string, headers: Record<string, string>): Reply | Promise<Reply> {
    const mode = this.#mode;
    const request = mode.read?.(sent) ?? sent;
    const key = readKey(request, mode.takesAnyKey);
    const asked = request.header('stripe-version');
    const version =
      asked === undefined ? defaultVersion(this.#stripe.config) : checkVersion(asked, mode.takesAnyVersion);
    headers['stripe-version'] = version;
    const account = accountFor(this.#stripe, request.header, key.value, mode.takesAnyAccount);
    if (account !== PLATFORM_ACCOUNT) headers['stripe-account'] = account;
    const found = this.#find(request, version, account);
    if (found === undefined) throw unknownUrl(request);
    const { operation } = found;
    checkKeyFor(operation, key);
    if (request.body !== '' && isJson(request)) throw notAForm();
    const handled = this.#handlers.of(operation);
    if (handled === undefined) headers['backlot-fidelity'] = 'shape';

    const idempotencyKey = request.method === 'POST' ? request.header('idempotency-key') : undefined;
    if (idempotencyKey !== undefined) {
      headers['idempotency-key'] = idempotencyKey;
      headers['original-request'] = requestId;
    }
    const scope: Scope = {
      account,
      clock: null,
      version,
      base: request.base,
      request: { id: requestId, idempotency_key: idempotencyKey ?? null },
    };
    this.#stripe.settle();
    const repeated = { method: request.method, path: request.path, sent: request.body };
    if (idempotencyKey !== undefined) {
      const earlier = this.#stripe.as(scope, () => this.#idempotent.find(idempotencyKey, repeated));
      if (earlier) return earlier;
    }

    const params = this.#parametersOf(request, found, scope, key);
    const call: Call = {
      operation,
      path: named(handled?.names ?? [], found.path),
      params,
      askedVersion: request.header('stripe-version'),
      url: request.path,
      query: request.query,
      key,
      files: request.files,
    };
    const own: OperationHandler = handled?.handler ?? ((each) => unstatedAnswer(this.#stripe, each));
    const handler = mode.handler?.(own, () => (headers['backlot-fidelity'] = 'shape')) ?? own;
    const step = (run: OperationHandler): Reply | Waiting => {
      const answer = (): Reply | Waiting => this.#run(run, call, version, requestId);
      if (idempotencyKey === undefined) return this.#stripe.step(scope, answer);
      return this.#answerOnce(scope, answer, requestId, (answered) => {
        this.#idempotent.keep(idempotencyKey, repeated, requestId, answered);
      });
    };
    const reply = step(handler);
    if (request.method !== 'GET') this.#stripe.jobs.arm();
    if (!('later' in reply)) return reply;
    const { later } = reply;
    return this.#idempotent.during(requestId, () => later.ask().then(() => step(later.answer)));
  }

  /** Answers, and keeps the answer for a client that asks again: also a failure, unless nothing began because parameters were wrong. */
  #answerOnce<R extends Reply>(scope: Scope, answer: () => R, requestId: string, keep: (answered: Reply) => void): R {
    try {
      return this.#stripe.step(scope, () => {
        const answered = answer();
        keep(answered);
        return answered;
      });
    } catch (error) {
      if (error instanceof StripeError && !error.fields.code?.startsWith('parameter_')) {
        const { status } = error;
        this.#stripe.step(scope, () => keep({ status, headers: NOTHING, body: errorBody(error, requestId) }));
      }
      throw error;
    }
  }

  /** What the client gave, checked, and as clients of the newest version give it. */
  #parametersOf(request: ApiRequest, found: FoundOperation | FoundFormer, scope: Scope, key: ApiKey): Params {
    const { operation } = found;
    const meant = writtenFor(request) ?? scope.version!;
    const isAsToday = isNewest(meant) && !('adapt' in found);
    const isBare =
      isAsToday && !this.#mode.given && request.query === '' && request.body === '' && request.files.length === 0;
    if (isBare && this.#needsNothing.has(operation)) return {};
    const sent = parseForm(request.body);
    const given = request.query === '' ? sent : Object.assign(parseForm(request.query), sent);
    const written = isAsToday ? given : this.#stripe.as(scope, () => this.#translate(found, meant, given));
    const raw = withCustomer(this.#stripe, this.#mode.given?.(operation, written) ?? written);
    // How pages give their key.
    if (raw['key'] !== undefined) delete raw['key'];
    const legacy = acceptLegacy(operation, meant);
    const own = this.#mode.parameters?.(operation, raw) ?? [];
    const also = [...legacy, ...own, ...undeclared(operation, raw, key.publishable)];
    for (const file of request.files) raw[file.name] = { filename: file.filename };
    if (operation.parameters === UNSPECIFIED) return raw;
    // What a list is narrowed by has to be right even there.
    const isLoose = this.#mode.passesOverUnknown === true && operation.kind !== 'list';
    const params = (isLoose ? validateLoosely : validate)(operation, raw, { also });
    if (isBare) this.#needsNothing.add(operation);
    return params;
  }

  #translate(found: FoundOperation | FoundFormer, version: string, given: RawHash): RawHash {
    const adapted = 'adapt' in found ? found.adapt(given) : given;
    return translateParameters(this.#stripe, found.operation, version, adapted);
  }

  #find(request: ApiRequest, version: string, account: string): FoundOperation | FoundFormer | undefined {
    const { method, path } = request;
    const former = (): FoundFormer | undefined =>
      this.#stripe.as({ account }, () => formerOperation(this.#stripe, version, method, path));
    // It stands where an invoice would.
    const upcoming = path.startsWith('/v1/invoices/upcoming') ? former() : undefined;
    return upcoming ?? loadSpec().find(method, path) ?? former() ?? this.#findOther(request);
  }

  /** An operation of a module that the official package does not know: what only the command line or a page asks for. */
  #findOther({ method, path }: ApiRequest): FoundOperation | undefined {
    this.#others ??= this.#readOthers();
    for (const { operation, pattern, names } of this.#others) {
      const values = operation.method === method ? pattern.exec(path)?.slice(1) : undefined;
      if (values) return { operation, path: Object.fromEntries(names.map((name, index) => [name, values[index]!])) };
    }
    return undefined;
  }

  #readOthers(): OtherOperation[] {
    const known = new Set(loadSpec().operations.map(({ key }) => withoutNames(key)));
    return [...this.#handlers.entries()].flatMap(([key, { names }]) => {
      if (known.has(key) || isFormer(key)) return [];
      const [method = '', path = ''] = key.split(' ');
      const pattern = new RegExp(`^${path.replace(/[^\w{}]/g, '\\$&').replaceAll('{}', '([^/]+)')}$`);
      const about = { kind: 'object', result: '', deletes: false, parameters: UNSPECIFIED } as const;
      return [{ operation: { key, method, path, ...about }, pattern, names }];
    });
  }

  /** Runs the handler. An error that keeps what was written is an answer, so that the step succeeds. */
  #run(handler: OperationHandler, call: Call, version: string, requestId: string): Reply | Waiting {
    try {
      checkExpand(version, this.#handlers.includes, call);
      const answer = handler(call);
      if (answer instanceof Binary)
        return { status: 200, headers: { 'content-type': answer.type }, body: answer.bytes };
      const object = answer instanceof Later ? answer.meanwhile : answer;
      const shown = expand(
        this.#stripe,
        this.#handlers.includes,
        renderAt(version, withFirstLines(object), this.#stripe),
        call,
      );
      const body = printed(withCustomerAccounts(this.#stripe, shown));
      const reply = { status: 200, headers: NOTHING, body };
      return answer instanceof Later ? { ...reply, later: answer } : reply;
    } catch (error) {
      if (!(error instanceof StripeError)) throw error;
      // What an error is about, such as its payment intent, is of the version of the client as well.
      const told = error.withFields({ ...renderAt(version, error.fields, this.#stripe) });
      if (!told.keepsWrites) throw missingInPath(told, call.path, this.#stripe.isLoose);
      return { status: told.status, headers: NOTHING, body: errorBody(told, requestId) };
    }
  }
}

/** The version that parameters are written for, where the request does not say: that of the command line’s fixtures. */
function writtenFor({ header }: ApiRequest): string | undefined {
  const isCommandLine = header('user-agent')?.includes('stripe-cli/') ?? false;
  return isCommandLine && header('stripe-version') === undefined ? COMMAND_LINE_VERSION : undefined;
}

function isJson({ header }: ApiRequest): boolean {
  return /^application\/json\b/i.test(header('content-type') ?? '');
}

function notAForm(): StripeError {
  return invalidRequest(
    'Invalid request (check that your POST content type is application/x-www-form-urlencoded). If you have any questions, we can help at https://support.stripe.com/.',
  );
}

function unknownUrl({ method, path }: ApiRequest): StripeError {
  return new StripeError(
    404,
    'invalid_request_error',
    `Unrecognized request URL (${method}: ${path}). Please see https://stripe.com/docs or we can help at https://support.stripe.com/.`,
  );
}

/** What went wrong. A mistake of ours is reported with its stack and answered as Stripe answers its own. */
export function asStripeError(error: unknown, stripe: Backend): StripeError {
  if (error instanceof StripeError) return error;
  stripe.platform.log.error('a call failed by a mistake of the extension', { error });
  return new StripeError(500, 'api_error', 'An unknown error occurred');
}
