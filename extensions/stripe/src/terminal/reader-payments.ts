/** What a reader does with a card: https://docs.stripe.com/terminal/payments/collect-card-payment. */
import type Stripe from 'stripe';
import { invalidRequest, type StripeError } from '../errors';
import type { Backend } from '../kernel/backend';
import type { DefineModule } from '../kernel/module';
import { omit } from '../kernel/omit';
import { soon } from '../kernel/soon';
import { chargeTable } from '../payments/charging';
import { tryConfirm } from '../payments/confirm-intent';
import { intentTable, methodOf } from '../payments/intents';
import { METHOD_TYPES } from '../payments/method-types';
import { setupTable } from '../payments/setup-intents';
import { begin, endBy } from './reader-action';
import { present, settle } from './presentment';

type Intent = Stripe.PaymentIntent | Stripe.SetupIntent;

const PRESENTABLE = ['card_present', 'interac_present'];

/** https://docs.stripe.com/api/terminal/readers/process_payment_intent and what is beside it. */
export const readerPayments: DefineModule = (stripe) => {
  const intents = intentTable(stripe);
  return {
    operations: {
      'POST /v1/terminal/readers/{reader}/process_payment_intent': ({ path, params }) => {
        const { payment_intent: id, process_config: config } =
          params as unknown as Stripe.Terminal.ReaderProcessPaymentIntentParams;
        checkPayable(intents.get(id, 'payment_intent'));
        const { allow_redisplay: allowRedisplay, ...shown } = config ?? {};
        return begin(stripe, path['reader']!, {
          type: 'process_payment_intent',
          details: { payment_intent: id, ...(config && { process_config: shown }) },
          secret: { allowRedisplay },
        });
      },
      'POST /v1/terminal/readers/{reader}/collect_payment_method': ({ path, params }) => {
        const { payment_intent: id, collect_config: config } =
          params as unknown as Stripe.Terminal.ReaderCollectPaymentMethodParams;
        checkPayable(intents.get(id, 'payment_intent'));
        const { allow_redisplay: allowRedisplay, ...shown } = config ?? {};
        return begin(stripe, path['reader']!, {
          type: 'collect_payment_method',
          details: { payment_intent: id, ...(config && { collect_config: shown }) },
          secret: { allowRedisplay },
        });
      },
      'POST /v1/terminal/readers/{reader}/confirm_payment_intent': ({ path, params }) => {
        const { payment_intent: id, confirm_config: config } =
          params as unknown as Stripe.Terminal.ReaderConfirmPaymentIntentParams;
        const intent = intents.get(id, 'payment_intent');
        const method = methodOf(stripe, intent);
        const isCollected = method !== undefined && METHOD_TYPES[method.type]?.flow === 'present';
        if (intent.status !== 'requires_confirmation' || !isCollected)
          throw invalidState(intent, 'requires_confirmation');
        const reader = begin(stripe, path['reader']!, {
          type: 'confirm_payment_intent',
          details: { payment_intent: id, ...(config && { confirm_config: config }) },
        });
        soon(
          stripe,
          () => void endBy(stripe, reader.id, () => settle(stripe, reader.id, tryConfirm(stripe, id).error)),
        );
        return reader;
      },
      'POST /v1/terminal/readers/{reader}/process_setup_intent': ({ path, params }) => {
        const {
          setup_intent: id,
          process_config: config,
          allow_redisplay: allowRedisplay,
        } = params as unknown as Stripe.Terminal.ReaderProcessSetupIntentParams;
        checkPayable(setupTable(stripe).get(id, 'setup_intent'));
        return begin(stripe, path['reader']!, {
          type: 'process_setup_intent',
          details: { setup_intent: id, ...(config && { process_config: config }) },
          secret: { allowRedisplay },
        });
      },
      'POST /v1/terminal/readers/{reader}/refund_payment': ({ path, params }) => {
        const details = omit(params as Stripe.Terminal.ReaderRefundPaymentParams, 'expand');
        checkRefundable(stripe, details);
        return begin(stripe, path['reader']!, { type: 'refund_payment', details });
      },
      'POST /v1/test_helpers/terminal/readers/{reader}/present_payment_method': ({ path, params }) =>
        present(stripe, path['reader']!, params),
    },
  };
};

function checkPayable(intent: Intent): void {
  const name = intent.object;
  if (!intent.payment_method_types.some((type) => PRESENTABLE.includes(type))) {
    throw invalidRequest(
      `A reader takes only intents whose payment_method_types have one of ${PRESENTABLE.join(', ')}; those of ${intent.id} are ${intent.payment_method_types.join(', ')}.`,
      { code: `${name}_invalid_parameter`, param: name },
    );
  }
  if (intent.status !== 'requires_payment_method') throw invalidState(intent, 'requires_payment_method');
}

function invalidState(intent: Intent, needed: string): StripeError {
  return invalidRequest(
    `The reader cannot take ${intent.id}: its status is ${intent.status}, and has to be ${needed}${needed === 'requires_confirmation' ? ' after a reader collected a card' : ''}.`,
    { code: 'intent_invalid_state', param: intent.object, [intent.object]: intent },
  );
}

function checkRefundable(
  stripe: Backend,
  { charge, payment_intent: intent }: Stripe.Terminal.ReaderRefundPaymentParams,
): void {
  if (charge !== undefined && intent !== undefined) {
    throw invalidRequest('You cannot pass both `charge` and `payment_intent`.', { param: 'payment_intent' });
  }
  if (charge !== undefined) chargeTable(stripe).get(charge, 'charge');
  else if (intent !== undefined) intentTable(stripe).get(intent, 'payment_intent');
  else {
    throw invalidRequest('One of the following params should be provided for this request: payment_intent or charge.', {
      code: 'parameter_missing',
    });
  }
}
