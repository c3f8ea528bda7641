import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import { PLATFORM_ACCOUNT, type Backend } from '../kernel/backend';
import type { DefineModule } from '../kernel/module';
import { newObject } from '../kernel/resource';
import { storeFile } from '../resources/files';
import { reportRows, type ReportParameters, type Row } from './report-rows';
import { columnsOf } from './report-types';

type Run = Stripe.Reporting.ReportRun;

/** How long Stripe’s test mode takes for a report, or less. */
const SECONDS = 1;

/** https://docs.stripe.com/api/reporting/report_run */
export const reportRuns: DefineModule = (stripe) => {
  const table = stripe.table<Run>('reporting.report_run');
  return {
    operations: {
      'POST /v1/reporting/report_runs': ({ params }) => {
        const { parameters = {}, report_type } = params as unknown as Stripe.Reporting.ReportRunCreateParams;
        check(stripe, report_type, parameters);
        const own = { error: null, parameters, report_type, result: null, status: 'pending', succeeded_at: null };
        const run = table.insert(newObject<Run>(stripe, 'reporting.report_run', {}, own));
        stripe.jobs.schedule('report_run.finish', run.id, stripe.now() + SECONDS);
        return run;
      },
      'GET /v1/reporting/report_runs': ({ params, url }) => table.page(url, params),
      'GET /v1/reporting/report_runs/{run}': ({ path }) => table.get(path['run']!),
    },
    jobs: {
      'report_run.finish': (_stripe, { subject }) => {
        const result = resultOf(stripe, table.get(subject));
        const done = table.update(subject, { result, status: 'succeeded', succeeded_at: stripe.now() });
        if (result !== null) stripe.emit('file.created', result);
        stripe.emit('reporting.report_run.succeeded', done);
      },
    },
  };
};

function check(stripe: Backend, type: string, parameters: ReportParameters): void {
  if (!/^[a-z_]+(\.[a-z_]+)*\.\d+$/.test(type)) {
    throw invalidRequest(`No such report type: '${type}'`, { code: 'resource_missing', param: 'report_type' });
  }
  const { connected_account: account, interval_start: start, interval_end: end } = parameters;
  if (start !== undefined && end !== undefined && start >= end) {
    throw invalidRequest('The interval must end after it begins.', { param: 'parameters[interval_end]' });
  }
  if (account !== undefined) {
    const param = 'parameters[connected_account]';
    stripe.as({ account: PLATFORM_ACCOUNT }, () => stripe.table('account').get(account, param));
  }
}

/** The file with what a report says; null for types that there are no contents of. */
function resultOf(stripe: Backend, { id, parameters, report_type }: Run): Stripe.File | null {
  const usual = columnsOf(report_type);
  if (usual === undefined) return null;
  const { connected_account: account = stripe.account, columns = usual } = parameters;
  const rows = stripe.as({ account }, () => reportRows(stripe, report_type, parameters));
  return storeFile(stripe, {
    bytes: Buffer.from(csv(columns, rows)),
    filename: `${id}.csv`,
    purpose: 'finance_report_run',
    type: 'text/csv',
  });
}

/** Comma-separated values, with quotes around all of them, as Stripe writes them. */
function csv(columns: readonly string[], rows: readonly Row[]): string {
  const line = (values: readonly string[]): string =>
    values.map((value) => `"${value.replaceAll('"', '""')}"`).join(',');
  return [line(columns), ...rows.map((row) => line(columns.map((column) => row[column] ?? '')))].join('\n') + '\n';
}
