import type Stripe from 'stripe';
import type { DefineModule } from '../kernel/module';
import { blank } from '../spec/shapes';

/** How long Stripe’s test mode takes for a report, or less. */
const SECONDS = 1;

/** https://docs.stripe.com/api/reporting/report_run */
export const reportRuns: DefineModule = (stripe) => {
  const table = stripe.table<Stripe.Reporting.ReportRun>('reporting.report_run');
  return {
    operations: {
      'POST /v1/reporting/report_runs': ({ params }) => {
        const given = params as unknown as Stripe.Reporting.ReportRunCreateParams;
        const run = {
          ...blank('reporting.report_run'),
          id: stripe.newId('reporting.report_run'),
          created: stripe.now(),
          error: null,
          parameters: given.parameters ?? {},
          report_type: given.report_type,
          result: null,
          status: 'pending',
          succeeded_at: null,
        } as unknown as Stripe.Reporting.ReportRun;
        table.insert(run);
        stripe.jobs.schedule('report_run.finish', run.id, stripe.now() + SECONDS);
        return run;
      },
      'GET /v1/reporting/report_runs': ({ params, url }) => table.page(url, params),
      'GET /v1/reporting/report_runs/{run}': ({ path }) => table.get(path['run']!),
    },
    jobs: {
      'report_run.finish': (_stripe, { subject }) => {
        const done = table.update(subject, { status: 'succeeded', succeeded_at: stripe.now() });
        stripe.emit('reporting.report_run.succeeded', done);
      },
    },
  };
};
