import type Stripe from 'stripe';
import type { DefineModule } from '../kernel/module';
import { newObject } from '../kernel/resource';
import { methodTable } from '../resources/method-table';
import { resolvePaymentMethod } from '../resources/resolve-method';
import { behaviorOf } from '../payments/cards';
import { judge } from './rules';

type Evaluation = Stripe.Radar.PaymentEvaluation;
type Given = Stripe.Radar.PaymentEvaluationCreateParams;

/** What Radar thinks of a payment with a test card, out of a hundred. */
const SCORES = { normal: 12, elevated: 65, highest: 95 } as const;

/** https://docs.stripe.com/api/radar/payment_evaluations */
export const paymentEvaluations: DefineModule = (stripe) => ({
  operations: {
    'POST /v1/radar/payment_evaluations': ({ params }) => {
      const { customer_details: customer, payment_details: payment } = params as unknown as Given;
      const method = resolvePaymentMethod(stripe, payment.payment_method_details.payment_method);
      if (customer.customer !== undefined)
        stripe.table('customer').get(customer.customer, 'customer_details[customer]');
      const secret = methodTable(stripe).hidden(method.id);
      const level = behaviorOf(secret).risk ?? 'normal';
      const judged = judge(
        stripe,
        {
          method,
          customer: customer.customer ?? null,
          description: payment.description,
          number: secret?.number,
        },
        undefined,
      );
      const signal = { evaluated_at: stripe.now(), risk_level: level, score: SCORES[level] };
      const evaluation = newObject<Evaluation>(stripe, 'radar.payment_evaluation', params, {
        created_at: stripe.now(),
        customer_details: { customer: null, customer_account: null, email: null, name: null, phone: null, ...customer },
        payment_details: {
          description: null,
          money_movement_details: null,
          shipping_details: null,
          statement_descriptor: null,
          ...payment,
          payment_method_details: {
            billing_details: payment.payment_method_details.billing_details ?? null,
            payment_method: method.id,
          },
        },
        recommended_action: judged !== undefined || level === 'highest' ? 'block' : 'continue',
        signals: { early_fraud_warning: null, fraudulent_dispute: null, fraudulent_payment: signal },
      });
      return stripe.table<Evaluation>('radar.payment_evaluation').insert(evaluation);
    },
  },
});
