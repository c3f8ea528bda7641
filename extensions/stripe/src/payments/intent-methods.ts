/** Which payment method an intent uses, and which it may use. */
import type Stripe from 'stripe';
import { invalidRequest, type StripeError } from '../errors';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import { createPaymentMethod } from '../resources/create-method';
import { methodTable } from '../resources/method-table';
import { resolvePaymentMethod } from '../resources/resolve-method';
import { isOlder } from '../versions/versions';
import { methodOfToken } from './confirming-tokens';
import { configurationOf, offeredTypes } from './method-configurations';
import { METHOD_TYPES, takesCurrency } from './method-types';

/** From this version on the Dashboard decides which methods an intent takes. */
const AUTOMATIC_SINCE = '2023-08-16';

interface MethodChoice {
  readonly payment_method?: string;
  readonly payment_method_data?: object;
  readonly confirmation_token?: string;
}

/** The payment method that a client gave in one of the ways to do so; undefined where it gave none. */
export function givenMethod(
  stripe: Backend,
  { payment_method: id, payment_method_data: data, confirmation_token: token }: MethodChoice,
): Stripe.PaymentMethod | undefined {
  if (token !== undefined) return methodOfToken(stripe, token);
  if (data !== undefined) return createPaymentMethod(stripe, data);
  if (id === undefined || id === '') return undefined;
  return resolvePaymentMethod(stripe, id);
}

/** Throws where a payment method is another customer’s, or may not be used any more. With localstripe anybody’s will do. */
export function checkOwner(
  stripe: Backend,
  method: Stripe.PaymentMethod,
  customer: string | undefined,
  intent: 'PaymentIntent' | 'SetupIntent' | Stripe.SetupIntent = 'PaymentIntent',
): void {
  if (stripe.isLoose) return;
  const kind = typeof intent === 'string' ? intent : 'SetupIntent';
  const carried = typeof intent === 'string' ? undefined : { setup_intent: intent };
  if (methodTable(stripe).hidden(method.id)?.spent === true) throw usedMethod();
  const owner = idOf(method.customer);
  if (owner === undefined || owner === customer) return;
  if (customer === undefined) {
    const supplied =
      kind === 'PaymentIntent'
        ? `The \`payment_method\` parameter supplied ${method.id}`
        : `The payment method supplied (${method.id})`;
    throw invalidRequest(
      `${supplied} belongs to the Customer ${owner}. Please include the Customer in the \`customer\` parameter on the ${kind}.`,
      { param: 'payment_method', ...carried },
    );
  }
  throw invalidRequest(
    `The PaymentMethod ${method.id} does not belong to the Customer you supplied ${customer}. Please use this PaymentMethod with the Customer that it belongs to instead.`,
    { param: 'payment_method', ...carried },
  );
}

interface Types {
  readonly payment_method_types: string[];
  readonly automatic_payment_methods: Stripe.PaymentIntent.AutomaticPaymentMethods | null;
  /** Where automatic methods come from. */
  readonly payment_method_configuration_details: { readonly id: string; readonly parent: string | null } | null;
}

const NOT_AUTOMATIC = { automatic_payment_methods: null, payment_method_configuration_details: null } as const;

/** Which types an intent takes, as its parameters and the API version say; of any currency, where none is given. */
export function typesFor(
  stripe: Backend,
  given: {
    readonly payment_method_types?: readonly string[];
    readonly allowed_payment_method_types?: readonly string[] | '' | null;
    readonly automatic_payment_methods?: { readonly enabled: boolean; readonly allow_redirects?: string };
    readonly excluded_payment_method_types?: readonly string[] | '';
    readonly payment_method_configuration?: string;
  },
  currency?: string,
): Types {
  const { automatic_payment_methods: automatic } = given;
  const named = given.payment_method_types;
  if (named !== undefined) {
    if (automatic?.enabled === true) throw twoChoices();
    for (const type of named) checkType(type, currency);
    return { payment_method_types: [...named], ...NOT_AUTOMATIC };
  }
  const allowed = given.allowed_payment_method_types || undefined;
  if (allowed !== undefined) {
    const offered = allowed.filter((type) => currency === undefined || takesCurrency(type, currency));
    if (offered.length === 0) for (const type of allowed) checkType(type, currency);
    return { payment_method_types: offered, ...NOT_AUTOMATIC };
  }
  const isOld = isOlder(stripe.scope.version ?? '9999', AUTOMATIC_SINCE);
  if (automatic?.enabled === false || (automatic === undefined && isOld)) {
    return { payment_method_types: ['card'], ...NOT_AUTOMATIC };
  }
  const excluded: readonly string[] = given.excluded_payment_method_types || [];
  const configuration = configurationOf(stripe, given.payment_method_configuration);
  return {
    payment_method_types: offeredTypes(configuration, currency ?? 'usd').filter(
      (type) =>
        !excluded.includes(type) && (automatic?.allow_redirects !== 'never' || METHOD_TYPES[type]?.flow !== 'redirect'),
    ),
    automatic_payment_methods: {
      allow_redirects: (automatic?.allow_redirects ?? 'always') as 'always' | 'never',
      enabled: true,
    },
    payment_method_configuration_details: { id: configuration.id, parent: configuration.parent },
  };
}

/** Who names types themselves does not leave them to the Dashboard. */
function twoChoices(): StripeError {
  return invalidRequest(
    'You may only specify one of these parameters: automatic_payment_methods, payment_method_types.',
  );
}

function checkType(type: string, currency: string | undefined): void {
  const known = METHOD_TYPES[type];
  if (known !== undefined && (currency === undefined || takesCurrency(type, currency))) return;
  if (known !== undefined) {
    throw invalidRequest(
      `The currency provided (${currency ?? ''}) is invalid for one or more payment method types on this PaymentIntent. The payment method type ${type} only supports the following currencies: ${known.currencies?.join(', ') ?? ''}. Either correct the provided currency, or use a different PaymentIntent to accept this payment method type.`,
      { code: 'payment_intent_invalid_parameter', param: 'payment_method_types' },
    );
  }
  throw invalidRequest(
    `The payment method type provided: ${type} is invalid. Please ensure the provided type is activated in your dashboard (https://dashboard.stripe.com/account/payments/settings) and your account is enabled for any preview features that you are trying to use.`,
    { code: 'payment_intent_invalid_parameter', param: 'payment_method_types' },
  );
}

/** Throws where an intent does not take methods of the type of this one. */
export function checkAllowed(
  intent: Pick<
    Stripe.PaymentIntent,
    'object' | 'payment_method_types' | 'automatic_payment_methods' | 'excluded_payment_method_types'
  > & { readonly currency?: string },
  { type }: Stripe.PaymentMethod,
): void {
  const automatic = intent.automatic_payment_methods;
  const isExcluded = (intent.excluded_payment_method_types as readonly string[] | null)?.includes(type) ?? false;
  const byDashboard =
    automatic?.enabled === true &&
    !isExcluded &&
    takesCurrency(type, intent.currency ?? 'usd') &&
    (automatic.allow_redirects !== 'never' || METHOD_TYPES[type]?.flow !== 'redirect');
  if (byDashboard || intent.payment_method_types.includes(type)) return;
  throw invalidRequest(
    `The PaymentMethod provided (${type}) is not allowed for this PaymentIntent. Please attach a payment method of one of the following types: ${intent.payment_method_types.join(', ')}.`,
    { code: 'payment_intent_incompatible_payment_method', param: 'payment_method' },
  );
}

/** A payment method that paid once and was kept for nobody. */
function usedMethod(): StripeError {
  return invalidRequest(
    'The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, shared with a connected account without Customer attachment, or was detached from a Customer. It may not be used again. To use a PaymentMethod multiple times, you must attach it to a Customer first.',
  );
}
