import type Stripe from 'stripe';
import { invalidRequest, parameterMissing } from '../errors';
import type { Backend } from '../kernel/backend';
import { mergeMetadata } from '../kernel/metadata';
import type { DefineModule } from '../kernel/module';
import { DEPOSITS } from '../payments/bank-accounts';
import { formerBrand } from '../payments/card-objects';
import { cardOfSource, sourceTable } from '../payments/card-source';
import { fingerprint, methodCard, readCard, type CardParams } from '../payments/cards';
import { checkSourceSecret } from '../payments/public-view';
import { notOneOf } from '../parameters/validate';
import { blank } from '../spec/shapes';
import { otherPart } from './method-parts';

type Given = Omit<Stripe.SourceCreateParams, 'type'> & {
  readonly type?: string;
  readonly card?: CardParams;
  readonly sepa_debit?: Record<string, unknown>;
};

const SOURCE_TYPES =
  'ach_credit_transfer ach_debit acss_debit alipay au_becs_debit bancontact card card_present eps giropay ideal klarna multibanco p24 sepa_debit sofort three_d_secure wechat'.split(
    ' ',
  );
const RECEIVED: readonly string[] = ['ach_credit_transfer', 'multibanco'];
const AT_ONCE: readonly string[] = ['acss_debit', 'au_becs_debit', 'card', 'card_present', 'sepa_debit'];

/** How somebody pays with a source: by being sent away, by sending money, by telling what arrived, or by nothing further. */
function flowOf(kind: string): string {
  if (RECEIVED.includes(kind)) return 'receiver';
  if (kind === 'ach_debit') return 'code_verification';
  return AT_ONCE.includes(kind) ? 'none' : 'redirect';
}

/** The account that a customer transfers money to. */
function receivingAccount(stripe: Backend): object {
  const number = stripe.secret(12);
  return {
    account_number: `test_${number}`,
    bank_name: 'TEST BANK',
    fingerprint: fingerprint(number),
    refund_account_holder_name: null,
    refund_account_holder_type: null,
    refund_routing_number: null,
    routing_number: '110000000',
    swift_code: 'TSTEZ122',
  };
}

function receiver(stripe: Backend, given: Stripe.SourceCreateParams.Receiver | undefined): object {
  return {
    address: `110000000-${stripe.secret(12)}`,
    amount_charged: 0,
    amount_received: 0,
    amount_returned: 0,
    refund_attributes_method: given?.refund_attributes_method ?? 'email',
    refund_attributes_status: 'missing',
  };
}

/** Makes a source, with `source.chargeable` where it needs nobody to agree. */
export function createSource(stripe: Backend, given: Given): Stripe.Source {
  const { type, token } = given;
  if (type === undefined && token === undefined) throw parameterMissing('type');
  const kind = type ?? 'card';
  if (!SOURCE_TYPES.includes(kind)) throw notOneOf(SOURCE_TYPES, 'type');
  const id = stripe.newId('source');
  const found =
    kind !== 'card'
      ? undefined
      : token === undefined
        ? given.card && cardFrom(stripe, given.card)
        : cardOfSource(stripe, token, 'token');
  if (kind === 'card' && found === undefined) {
    throw invalidRequest('Missing required param: token.', { code: 'parameter_missing', param: 'token' });
  }
  const card = found && methodCard(found.card);
  const bank = kind === 'sepa_debit' && given.sepa_debit ? otherPart(kind, given.sepa_debit) : undefined;
  const flow = flowOf(kind);
  const isChargeable = flow === 'none';
  const isReceived = kind === 'ach_credit_transfer';
  const source = {
    ...blank('source'),
    id,
    allow_redisplay: 'unspecified',
    amount: given.amount ?? null,
    ...(card && {
      card: {
        address_line1_check: null,
        address_zip_check: null,
        brand: formerBrand(card.brand),
        country: card.country,
        cvc_check: card.checks?.cvc_check ?? null,
        dynamic_last4: null,
        exp_month: card.exp_month,
        exp_year: card.exp_year,
        fingerprint: card.fingerprint,
        funding: card.funding,
        last4: card.last4,
        name: given.owner?.name ?? null,
        three_d_secure: 'optional',
        tokenization_method: null,
      },
    }),
    ...(kind !== 'card' && { [kind]: bank?.shown ?? (isReceived ? receivingAccount(stripe) : {}) }),
    client_secret: `src_client_secret_${stripe.secret()}`,
    ...(flow === 'code_verification' && {
      code_verification: { attempts_remaining: VERIFICATION_ATTEMPTS, status: 'pending' },
    }),
    created: stripe.now(),
    currency: given.currency ?? null,
    flow,
    livemode: false,
    metadata: mergeMetadata(undefined, given.metadata),
    owner: {
      address: given.owner?.address ?? null,
      email: given.owner?.email ?? null,
      name: given.owner?.name ?? null,
      phone: given.owner?.phone ?? null,
      verified_address: null,
      verified_email: null,
      verified_name: null,
      verified_phone: null,
    },
    ...(flow === 'receiver' && { receiver: receiver(stripe, given.receiver) }),
    ...(flow === 'redirect' && {
      redirect: {
        failure_reason: null,
        return_url: given.redirect?.return_url ?? null,
        status: 'pending',
        url: stripe.pageUrl(`authenticate/${id}`),
      },
    }),
    statement_descriptor: given.statement_descriptor ?? null,
    status: isChargeable ? 'chargeable' : 'pending',
    type: kind,
    usage: given.usage ?? (isChargeable || isReceived ? 'reusable' : 'single_use'),
  } as unknown as Stripe.Source;
  sourceTable(stripe).insert(source, found?.secret ?? bank?.secret ?? {});
  if (isChargeable) stripe.emit('source.chargeable', source);
  return source;
}

const VERIFICATION_ATTEMPTS = 5;

/** Makes a source chargeable by what arrived at its bank account; fails it where nobody knows after all attempts. */
function verify(stripe: Backend, id: string, values: readonly string[]): Stripe.Source {
  const table = sourceTable(stripe);
  const { code_verification: verification, status } = table.get(id);
  if (verification === undefined || status !== 'pending') {
    throw invalidRequest(`This source cannot be verified because it has a status of ${status}.`);
  }
  if (values.join(',') === DEPOSITS.amounts) {
    return table.update(
      id,
      { status: 'chargeable', code_verification: { ...verification, status: 'succeeded' } },
      'source.chargeable',
    );
  }
  const attempts_remaining = verification.attempts_remaining - 1;
  const hasFailed = attempts_remaining === 0;
  table.update(
    id,
    {
      code_verification: { attempts_remaining, status: hasFailed ? 'failed' : 'pending' },
      ...(hasFailed && { status: 'failed' }),
    },
    hasFailed ? 'source.failed' : undefined,
  );
  throw invalidRequest('The values provided do not match those that were sent to the bank account.', {
    param: 'values',
  }).keepingWrites();
}

function cardFrom(stripe: Backend, given: CardParams) {
  const card = readCard(stripe, given);
  return { card, secret: { number: card.number, hasCvc: card.hasCvc } };
}

/** https://docs.stripe.com/api/sources */
export const sources: DefineModule = (stripe) => {
  const table = sourceTable(stripe);
  return {
    operations: {
      'POST /v1/sources': ({ params }) => createSource(stripe, params),
      'GET /v1/sources/{id}': (call) => {
        const source = table.get(call.path['id']!);
        checkSourceSecret(call, source);
        return source;
      },
      'POST /v1/sources/{id}': ({ path, params }) => {
        const { metadata, owner } = params as Stripe.SourceUpdateParams;
        return table.update(path['id']!, (before) => ({
          metadata: mergeMetadata(before.metadata, metadata),
          ...(owner && { owner: { ...before.owner, ...owner } as Stripe.Source.Owner }),
        }));
      },
      'POST /v1/sources/{id}/verify': ({ path, params }) =>
        verify(stripe, path['id']!, (params as unknown as Stripe.SourceVerifyParams).values),
      'GET /v1/sources/{id}/source_transactions': ({ path, url }) => {
        table.get(path['id']!);
        return { object: 'list', data: [], has_more: false, url };
      },
    },
  };
};
