/** `"compat": "stripe-mock"`: whatever is well-formed succeeds, whatever the state is. https://github.com/stripe/stripe-mock */
import { invalidRequest, StripeError } from '../errors';
import type { Backend } from '../kernel/backend';
import type { ApiRequest } from '../kernel/dispatch';
import type { Reply } from '../kernel/reply';
import type { RawHash } from '../parameters/form';
import { fieldNames, fieldOf } from '../spec/shapes';
import { loadSpec, type Operation } from '../spec/spec';
import { defaultVersion } from '../versions/versions';
import { withFixtures, type FixtureRule } from './fixtures';
import type { Mode } from './mode';
import { TEXTS } from './stripe-mock-texts';

/** It answers every path, not only what is below `/v1`: test suites of SDKs ask the root whether it is there. */
export const EVERY_PATH = ['/v1/*', '/*'];

/** The version that test suites of SDKs take for new enough, whatever they need. */
const STRIPE_MOCK_VERSION = 'master';
const REQUEST_ID = 'req_123';

const FORM = 'application/x-www-form-urlencoded';
const MULTIPART = 'multipart/form-data';
const UPLOAD = 'POST /v1/files';

/** Keys of tests, or of a sandbox of Backlot. Publishable ones are for pages, which stripe-mock does not have. */
const KEY = /^(?:[sr]k_test_[^_]+|[sr]k_test_sandbox_\w+|pk_test_\w+)$/;

const EVERYTHING: FixtureRule = {
  replaces: () => true,
  fills: () => true,
  file: () => Buffer.from(TEXTS.file),
};

export function stripeMock(stripe: Backend): Mode {
  return {
    takesAnyKey: true,
    takesAnyAccount: true,
    takesAnyVersion: true,
    read: (request) => {
      checkRequest(stripe, request);
      // Each request is answered for itself.
      return { ...request, header: (name) => (name === 'idempotency-key' ? undefined : request.header(name)) };
    },
    given: withoutWildcards,
    handler: (handler, onShape) => withFixtures(stripe, handler, { rule: EVERYTHING, onShape }),
    reworded,
    answered,
  };
}

function checkRequest(stripe: Backend, request: ApiRequest): void {
  const authorization = request.header('authorization');
  if (!isAuthorized(authorization) && !isOfPage(request)) {
    throw new StripeError(401, 'invalid_request_error', TEXTS.authorization(authorization ?? ''));
  }
  const version = request.header('stripe-version');
  const expected = defaultVersion(stripe.config);
  if (stripe.config.strictVersionCheck && version !== undefined && version !== expected) {
    throw invalidRequest(TEXTS.version(version, expected));
  }
  const inPath = badEscape(request.path);
  if (inPath !== undefined) throw invalidRequest(TEXTS.path(inPath));
  const inForm = badEscape(request.query) ?? badEscape(request.body);
  if (inForm !== undefined) throw invalidRequest(TEXTS.form(inForm));
  checkType(request);
}

function badEscape(text: string): string | undefined {
  return /%(?![\da-f]{2}).{0,2}/i.exec(text)?.[0];
}

function isAuthorized(header = ''): boolean {
  const [, scheme, value = ''] = /^(Bearer|Basic) (\S+)$/.exec(header) ?? [];
  const key = scheme === 'Basic' ? Buffer.from(value, 'base64').toString().split(':')[0]! : value;
  return KEY.test(key);
}

/** Pages give their key as a parameter. */
function isOfPage({ header, query, body }: ApiRequest): boolean {
  return header('authorization') === undefined && /(^|&)key=pk_test_/.test(`${query}&${body}`);
}

/** Throws where what is sent is not of the type that the operation takes. */
function checkType({ method, path, header }: ApiRequest): void {
  if (method === 'GET' || method === 'DELETE') return;
  const operation = loadSpec().find(method, path)?.operation;
  if (operation === undefined) return;
  const expected = operation.key === UPLOAD ? MULTIPART : FORM;
  const [type = ''] = (header('content-type') ?? '').split(';');
  if (type === '') throw invalidRequest(TEXTS.noType(expected));
  if (type.toLowerCase() !== expected) throw invalidRequest(TEXTS.otherType(expected, type));
}

/** With `expand[]=*` and `expand[]=customer.*` written out, and `expand=customer` as a list. */
function withoutWildcards(operation: Operation, given: RawHash): RawHash {
  const { expand } = given;
  if (expand === undefined) return given;
  const paths = typeof expand === 'string' ? [expand] : Object.values(expand);
  return {
    ...given,
    expand: paths.flatMap((path) =>
      typeof path === 'string' && path.endsWith('*') ? everyField(operation, path) : path,
    ),
  };
}

/** The paths that `customer.*` stands for. */
function everyField({ kind, result }: Operation, path: string): string[] {
  const names = path.split('.').slice(0, -1);
  const isPages = kind === 'list' || kind === 'search';
  const inside = (isPages ? names.slice(1) : names).reduce(
    (outer, name) => fieldOf(outer, name)?.kinds[0] ?? '',
    result,
  );
  const expandable = fieldNames(inside).filter((name) => fieldOf(inside, name)?.expandable === true);
  return expandable.map((name) => [...names, name].join('.'));
}

function reworded(error: StripeError): StripeError {
  const { code, param = '' } = error.fields;
  const message =
    code === 'parameter_missing'
      ? TEXTS.missing(param)
      : code === 'parameter_unknown'
        ? TEXTS.unknown(param)
        : error.message.replace(/^(Unrecognized request URL \(.*\)\.) .*$/, '$1');
  return new StripeError(error.status, error.type, message, error.fields, error.keepsWrites);
}

function answered(request: ApiRequest, { status, headers, body }: Reply): Reply {
  const { 'request-id': own, ...others } = headers;
  const key = request.header('idempotency-key');
  const known = own !== undefined && status !== 401;
  return {
    status,
    headers: {
      ...others,
      'stripe-mock-version': STRIPE_MOCK_VERSION,
      ...(known && { 'request-id': REQUEST_ID }),
      ...(known && key !== undefined && { 'idempotency-key': key }),
    },
    body,
  };
}
