/** Alerts about usage: https://docs.stripe.com/billing/subscriptions/usage-based/alerts. */
import type Stripe from 'stripe';
import { invalidRequest, parameterMissing } from '../errors';
import type { Backend } from '../kernel/backend';
import type { DefineModule } from '../kernel/module';
import { idOf } from '../kernel/objects';
import { resourceOperations } from '../kernel/resource';
import type { Table } from '../kernel/table';
import { checkLength } from '../parameters/validate';
import { aggregate, eventsOf } from './meter-events';

type Alert = Stripe.Billing.Alert;
type Status = 'active' | 'inactive' | 'archived';

interface AlertHidden {
  /** From when on usage counts. */
  readonly since: number;
  /** The customers that it was triggered for: once for each. */
  readonly triggered: readonly string[];
}

const LONGEST_TITLE = 256;

export const alerts: DefineModule = (stripe) => {
  const table = alertTable(stripe);
  const switchTo = (id: string, status: Status): Alert => {
    const before = table.get(id);
    if (before.status === 'archived') throw invalidRequest('An archived alert cannot be changed.');
    if (before.status === status) throw invalidRequest(`The alert is already ${status}.`);
    // A reactivated alert can be triggered again, by what is used from then on.
    if (status === 'active') table.hide(id, { since: stripe.now(), triggered: [] });
    return table.update(id, { status });
  };
  return {
    operations: {
      ...resourceOperations<Alert>(stripe, {
        kind: 'billing.alert',
        path: '/v1/billing/alerts',
        create: (given) => ({ status: 'active', ...readAlert(stripe, given as unknown as Given) }),
        hidden: (): AlertHidden => ({ since: stripe.now(), triggered: [] }),
        filters: ['alert_type'],
        where: ({ status, usage_threshold: threshold }, { meter }) =>
          status !== 'archived' && (meter === undefined || idOf(threshold?.meter) === meter),
      }),
      'POST /v1/billing/alerts/{id}/activate': ({ path }) => switchTo(path['id']!, 'active'),
      'POST /v1/billing/alerts/{id}/deactivate': ({ path }) => switchTo(path['id']!, 'inactive'),
      'POST /v1/billing/alerts/{id}/archive': ({ path }) => switchTo(path['id']!, 'archived'),
    },
  };
};

type Given = Stripe.Billing.AlertCreateParams;

function alertTable(stripe: Backend): Table<Alert, AlertHidden> {
  return stripe.table<Alert, AlertHidden>('billing.alert');
}

function readAlert(stripe: Backend, { title, usage_threshold: threshold }: Given): Partial<Alert> {
  checkLength(title, LONGEST_TITLE, 'title');
  if (threshold === undefined) throw parameterMissing('usage_threshold');
  if (threshold.gte <= 0) {
    throw invalidRequest('This value must be greater than 0.', { param: 'usage_threshold[gte]' });
  }
  stripe.table('billing.meter').get(threshold.meter, 'usage_threshold[meter]');
  const filters = threshold.filters ?? [];
  if (filters.length > 1) {
    throw invalidRequest('You can only specify one filter.', { param: 'usage_threshold[filters]' });
  }
  for (const { customer } of filters) {
    if (customer === undefined) throw parameterMissing('usage_threshold[filters][0][customer]');
    stripe.table('customer').get(customer, 'usage_threshold[filters][0][customer]');
  }
  return {
    usage_threshold: {
      filters: filters.map(({ customer, type }) => ({ customer: customer ?? null, type })),
      gte: threshold.gte,
      meter: threshold.meter,
      recurrence: threshold.recurrence,
    },
  };
}

/** Triggers the alerts about a meter that the usage of a customer has reached. To be called when usage was reported. */
export function triggerAlerts(stripe: Backend, meter: Stripe.Billing.Meter, customer: string): void {
  const table = alertTable(stripe);
  if (table.isEmpty) return;
  const about = table.values({
    where: ({ status, usage_threshold: threshold }) =>
      status === 'active' &&
      idOf(threshold?.meter) === meter.id &&
      (threshold?.filters ?? []).every((filter) => idOf(filter.customer) === customer),
  });
  for (const alert of [...about]) {
    const { since, triggered } = table.hidden(alert.id)!;
    if (triggered.includes(customer)) continue;
    const value = aggregate(meter, eventsOf(stripe, meter.event_name, customer, since, Number.MAX_SAFE_INTEGER));
    if (value < alert.usage_threshold!.gte) continue;
    table.hide(alert.id, { since, triggered: [...triggered, customer] });
    stripe.emit('billing.alert.triggered', {
      object: 'billing.alert_triggered',
      alert,
      created: stripe.now(),
      customer,
      livemode: false,
      value,
    });
  }
}
