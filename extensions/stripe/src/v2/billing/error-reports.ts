/** What is told of reports that did not count: https://docs.stripe.com/billing/subscriptions/usage-based/recording-usage-api#handle-meter-event-errors. */
import type { Backend } from '../../kernel/backend';
import { relatedObject } from '../events/related-object';
import { emitNotification } from '../events/notify';
import { timestamp } from '../kernel/time';
import type { Problem } from './meter-problems';

export interface Failure extends Problem {
  readonly identifier: string;
}

/** How many reports are named of those with one error. */
const MOST_SAMPLES = 5;

/** Emits one event for each meter that reports failed of, and one for those that no meter is for. */
export function reportFailures(stripe: Backend, failures: readonly Failure[]): void {
  const byMeter = grouped(failures, ({ meter }) => meter?.id);
  for (const each of byMeter.values()) {
    const { meter } = each[0]!;
    const type = meter === undefined ? 'no_meter_found' : 'error_report_triggered';
    const related = meter === undefined ? null : relatedObject(meter);
    emitNotification(stripe, `v1.billing.meter.${type}`, {
      ...(related !== null && { related }),
      data: summary(stripe, each),
    });
  }
}

function summary(stripe: Backend, failures: readonly Failure[]): object {
  const count = failures.length;
  const now = timestamp(stripe.now());
  const types = [...grouped(failures, ({ code }) => code)].map(([code, each]) => ({
    code,
    error_count: each.length,
    sample_errors: each
      .slice(0, MOST_SAMPLES)
      .map(({ message, identifier }) => ({ error_message: message, request: { identifier } })),
  }));
  return {
    developer_message_summary: count === 1 ? 'There is 1 invalid event' : `There are ${count} invalid events`,
    reason: { error_count: count, error_types: types },
    validation_end: now,
    validation_start: now,
  };
}

function grouped<K>(failures: readonly Failure[], keyOf: (failure: Failure) => K): Map<K, Failure[]> {
  const groups = new Map<K, Failure[]>();
  for (const failure of failures) {
    const key = keyOf(failure);
    groups.set(key, [...(groups.get(key) ?? []), failure]);
  }
  return groups;
}
