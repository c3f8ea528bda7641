import type Stripe from 'stripe';
import { resourceMissing } from '../errors';
import type { DefineModule } from '../kernel/module';
import { pageOf } from '../kernel/page-of';

const DAY = 24 * 60 * 60;
/** From when on there is data. */
const BEGIN = Date.UTC(2020, 0, 1) / 1000;

/** Those of https://docs.stripe.com/reports/report-types, with the columns that they have when nobody chooses. */
const TYPES: readonly (readonly [id: string, name: string, columns: string])[] = [
  ['balance.summary.1', 'Balance summary', 'category description net_amount currency'],
  ['balance_change_from_activity.summary.1', 'Balance change from activity', 'reporting_category currency count gross fee net'],
  ['balance_change_from_activity.itemized.1', 'Itemized balance change from activity', 'balance_transaction_id created available_on currency gross fee net reporting_category'],
  ['balance_change_from_activity.itemized.3', 'Itemized balance change from activity', 'balance_transaction_id created_utc available_on_utc currency gross fee net reporting_category'],
  ['ending_balance_reconciliation.summary.1', 'Ending balance reconciliation', 'payout_id payout_effective_at currency reporting_category count gross fee net'],
  ['ending_balance_reconciliation.itemized.1', 'Itemized ending balance reconciliation', 'balance_transaction_id created available_on currency gross fee net reporting_category'],
  ['payout_reconciliation.summary.1', 'Payout reconciliation', 'currency reporting_category count gross fee net'],
  ['payout_reconciliation.itemized.5', 'Itemized payout reconciliation', 'automatic_payout_id automatic_payout_effective_at balance_transaction_id currency gross fee net'],
  ['payouts.summary.1', 'Payouts', 'reporting_category currency count gross fee net'],
  ['payouts.itemized.1', 'Itemized payouts', 'payout_id effective_at currency gross fee net payout_status'],
  ['activity.summary.1', 'Activity', 'currency reporting_category activity_amount count'],
  ['activity.itemized.1', 'Itemized activity', 'activity_at currency amount charge_id payment_intent_id refund_id customer_id'],
  ['tax.transactions.itemized.2', 'Itemized tax transactions', 'type id transaction_date filing_total country_code state_code total tax'],
]; // prettier-ignore

/** https://docs.stripe.com/api/reporting/report_type */
export const reportTypes: DefineModule = (stripe) => {
  const all = (): Stripe.Reporting.ReportType[] => {
    const today = stripe.now() - (stripe.now() % DAY);
    return TYPES.map(([id, name, columns]) => ({
      id,
      object: 'reporting.report_type',
      data_available_end: today,
      data_available_start: BEGIN,
      default_columns: columns.split(' '),
      livemode: false,
      name,
      updated: today,
      version: Number(id.split('.').at(-1)),
    }));
  };
  return {
    operations: {
      'GET /v1/reporting/report_types': ({ url }) => pageOf(all(), url, { limit: TYPES.length }),
      'GET /v1/reporting/report_types/{id}': ({ path: { id } }) => {
        const found = all().find((type) => type.id === id);
        if (found === undefined) throw resourceMissing('reporting_report_type', id!);
        return found;
      },
      // Queries are scheduled in the Dashboard, which there is none of.
      'GET /v1/sigma/scheduled_query_runs': ({ params, url }) => stripe.table('scheduled_query_run').page(url, params),
      'GET /v1/sigma/scheduled_query_runs/{id}': ({ path: { id } }) => stripe.table('scheduled_query_run').get(id!),
    },
  };
};
