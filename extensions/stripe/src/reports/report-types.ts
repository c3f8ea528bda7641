import type Stripe from 'stripe';
import { resourceMissing } from '../errors';
import type { DefineModule } from '../kernel/module';
import { pageOf } from '../kernel/page-of';

const DAY = 24 * 60 * 60;
/** From when on there is data. */
const BEGIN = Date.UTC(2011, 0, 1) / 1000;

const SUMMARY = 'reporting_category currency count gross fee net';
const ITEMS = 'balance_transaction_id created available_on currency gross fee net reporting_category description';
const ITEMS_UTC = ITEMS.replace('created', 'created_utc').replace('available_on', 'available_on_utc');
const PAID_ITEMS = `automatic_payout_id automatic_payout_effective_at ${ITEMS}`;

/** Those of https://docs.stripe.com/reports/report-types that have contents here, with the columns that they have when nobody chooses. */
const TYPES: readonly (readonly [id: string, name: string, columns: string])[] = [
  ['balance.summary.1', 'Balance summary', 'category description net_amount currency'],
  ['balance_change_from_activity.summary.1', 'Balance change from activity', SUMMARY],
  ['balance_change_from_activity.itemized.1', 'Itemized balance change from activity', ITEMS],
  ['balance_change_from_activity.itemized.2', 'Itemized balance change from activity', ITEMS],
  ['balance_change_from_activity.itemized.3', 'Itemized balance change from activity', ITEMS_UTC],
  ['payout_reconciliation.summary.1', 'Payout reconciliation', SUMMARY],
  ['payout_reconciliation.itemized.5', 'Itemized payout reconciliation', PAID_ITEMS],
  ['payouts.summary.1', 'Payouts', SUMMARY],
  ['payouts.itemized.1', 'Itemized payouts', `payout_id effective_at ${ITEMS}`],
  ['payouts.itemized.3', 'Itemized payouts', `payout_id effective_at_utc ${ITEMS_UTC}`],
];

/** The columns of a type when nobody chooses; undefined for a type that there are no contents of. */
export function columnsOf(type: string): readonly string[] | undefined {
  return TYPES.find(([id]) => id === type)?.[2].split(' ');
}

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
