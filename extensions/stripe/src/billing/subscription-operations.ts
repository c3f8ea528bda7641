import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import { isAtPeriodEnd, withOnePlan, withSource, withTaxPercent } from './former-parameters';
import type { Backend } from '../kernel/backend';
import { isWithin } from '../kernel/is-within';
import type { DefineModule } from '../kernel/module';
import { idOf } from '../kernel/objects';
import type { Params } from '../parameters/validate';
import { checkAttached } from '../resources/resolve-method';
import { locationStatus, unknownTaxPlace } from './automatic-tax';
import { pauseSubscription } from './pausing';
import { renewals } from './renewals';
import { resume } from './resumption';
import { updateSubscription } from './subscription-changes';
import { customerOf, subscriptionTable } from './subscription-data';
import { cancelSubscription } from './subscription-end';
import { checkRecipient } from './invoice-recipients';
import { billingModeOf } from './subscription-fields';
import { createSubscription } from './subscriptions';
import { checkStill } from './test-clocks';

const ENDED: ReadonlySet<string> = new Set(['canceled', 'incomplete_expired']);

/** https://docs.stripe.com/api/subscriptions */
export const subscriptions: DefineModule = (stripe) => {
  const table = subscriptionTable(stripe);
  const { jobs, reactions } = renewals(stripe);
  return {
    operations: {
      'POST /v1/subscriptions': ({ params }) => {
        const { customer = '' } = params as { readonly customer?: string };
        const found = stripe.table<Stripe.Customer>('customer').find(customer);
        checkStill(stripe, idOf(found?.test_clock));
        if (found) {
          checkMethod(stripe, customer, params);
          checkTaxPlace(found, params);
          const isSent = params['collection_method'] === 'send_invoice' && params['days_until_due'] !== undefined;
          if (isSent) checkRecipient(stripe, customer);
        }
        if (params['payment_behavior'] === 'pending_if_incomplete') {
          throw invalidRequest(
            'Setting `payment_behavior` to `pending_if_incomplete` has no effect when creating a subscription.',
            { param: 'payment_behavior' },
          );
        }
        return createSubscription(stripe, withSource(stripe, withTaxPercent(stripe, params)));
      },
      'GET /v1/subscriptions': ({ params, url }) => {
        const given = params as Stripe.SubscriptionListParams;
        const { customer, price, plan, status, collection_method: method, test_clock: clock } = given;
        const wanted = price ?? plan;
        return table.page(url, params, {
          by: { customer, test_clock: clock },
          where: (each) =>
            hasStatus(each.status, status) &&
            (clock !== undefined || customer !== undefined || each.test_clock === null) &&
            (method === undefined || each.collection_method === method) &&
            (wanted === undefined || each.items.data.some((item) => item.price.id === wanted)) &&
            each.items.data.some((item) => isWithin(item.current_period_end, given.current_period_end)) &&
            each.items.data.some((item) => isWithin(item.current_period_start, given.current_period_start)),
        });
      },
      'GET /v1/subscriptions/{subscription}': ({ path }) => table.get(path['subscription']!),
      'POST /v1/subscriptions/{subscription}': ({ path, params }) => {
        const before = table.get(path['subscription']!);
        checkStill(stripe, idOf(before.test_clock));
        checkManaged(before, params);
        checkMethod(stripe, customerOf(before), params);
        checkTaxPlace(stripe.table<Stripe.Customer>('customer').get(customerOf(before)), params);
        return updateSubscription(
          stripe,
          path['subscription']!,
          withSource(
            stripe,
            withTaxPercent(stripe, withOnePlan(stripe, path['subscription']!, params)),
            idOf(before.customer),
          ),
        );
      },
      'DELETE /v1/subscriptions/{subscription}': ({ path, params }) => {
        const { id, test_clock: clock } = table.get(path['subscription']!);
        checkStill(stripe, idOf(clock));
        return isAtPeriodEnd(params)
          ? updateSubscription(stripe, id, { cancel_at_period_end: true })
          : cancelSubscription(stripe, id, params);
      },
      'POST /v1/subscriptions/{subscription}/resume': ({ path, params }) =>
        resume(stripe, path['subscription']!, params),
      'POST /v1/subscriptions/{subscription}/pause': ({ path, params }) => {
        const { id, schedule } = table.get(path['subscription']!);
        if (schedule !== null) {
          throw invalidRequest('You cannot pause a subscription that has a subscription schedule.', {
            param: 'subscription',
          });
        }
        return pauseSubscription(stripe, id, params);
      },
      'POST /v1/subscriptions/{subscription}/migrate': ({ path, params }) => {
        const { billing_mode: mode } = params as unknown as Stripe.SubscriptionMigrateParams;
        const before = table.get(path['subscription']!);
        const { flexible } = before.billing_mode;
        const isItemized =
          flexible?.proration_discounts !== 'itemized' && mode.flexible?.proration_discounts === 'itemized';
        if (before.billing_mode.type === 'flexible' && !isItemized) {
          throw invalidRequest('The billing mode of this subscription is `flexible` already.', {
            param: 'billing_mode[type]',
          });
        }
        return stripe.onClockOf(customerOf(before), () =>
          table.update(
            before.id,
            {
              billing_mode: billingModeOf(mode, stripe.now()),
            },
            'customer.subscription.updated',
          ),
        );
      },
    },
    jobs,
    reactions: {
      ...reactions,
      'customer.deleted': (customer: Stripe.Customer) => {
        const open = table.values({ by: { customer: customer.id }, where: ({ status }) => !ENDED.has(status) });
        for (const { id } of [...open]) cancelSubscription(stripe, id);
      },
    },
    includes: {
      'customer subscriptions': (customer: Stripe.Customer) =>
        table.within(`/v1/customers/${customer.id}/subscriptions`, {
          by: { customer: customer.id },
          where: ({ status }) => !ENDED.has(status),
        }),
    },
  };
};

function checkMethod(stripe: Backend, customer: string, { default_payment_method: method }: Params): void {
  if (typeof method === 'string' && method !== '') {
    checkAttached(stripe, customer, method, 'default_payment_method');
  }
}

/** Automatic taxes are refused to a customer who may be anywhere. */
function checkTaxPlace({ shipping, address }: Stripe.Customer, params: Params): void {
  const { automatic_tax: automatic } = params as Stripe.SubscriptionUpdateParams;
  if (automatic?.enabled !== true || locationStatus({ ...(shipping?.address ?? address) }) === 'complete') return;
  throw unknownTaxPlace();
}

/** How a subscription with a schedule ends is for the schedule to say. */
function checkManaged({ schedule }: Stripe.Subscription, given: Params): void {
  const id = idOf(schedule);
  if (id === undefined || (given['cancel_at'] === undefined && given['cancel_at_period_end'] === undefined)) return;
  throw invalidRequest(
    `The subscription is managed by the subscription schedule \`${id}\`, and updating any cancelation behavior directly is not allowed. Please update the schedule instead.`,
  );
}

/** Without a status a list has all but those that were canceled. */
function hasStatus(status: string, wanted: string | undefined): boolean {
  if (wanted === undefined) return status !== 'canceled';
  if (wanted === 'all') return true;
  return wanted === 'ended' ? ENDED.has(status) : status === wanted;
}
