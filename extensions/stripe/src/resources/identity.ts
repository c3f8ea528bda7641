import type Stripe from 'stripe';
import { invalidRequest, parameterMissing } from '../errors';
import { mergeMetadata } from '../kernel/metadata';
import type { DefineModule } from '../kernel/module';
import { blank } from '../spec/shapes';
import { identitySessions } from './identity-outcome';

type Session = Stripe.Identity.VerificationSession;

/** https://docs.stripe.com/api/identity/verification_sessions */
export const verificationSessions: DefineModule = (stripe) => {
  const table = identitySessions(stripe);
  const reports = stripe.table<Stripe.Identity.VerificationReport>('identity.verification_report');
  /** Only what is not over can be changed. */
  const openSession = (id: string, verb: string): Session => {
    const session = table.get(id);
    if (session.status === 'requires_input') return session;
    throw invalidRequest(`You cannot ${verb} a VerificationSession whose status is ${session.status}.`, {
      code: 'status_transition_invalid',
    });
  };
  return {
    operations: {
      'POST /v1/identity/verification_sessions': ({ params }) => {
        const given = params as Stripe.Identity.VerificationSessionCreateParams;
        if (given.type === undefined && given.verification_flow === undefined) throw parameterMissing('type');
        const id = stripe.newId('identity.verification_session');
        const session = {
          ...blank('identity.verification_session'),
          id,
          client_reference_id: given.client_reference_id ?? null,
          client_secret: `${id}_secret_${stripe.secret()}`,
          created: stripe.now(),
          metadata: mergeMetadata(undefined, given.metadata),
          options: given.options ?? {},
          ...(given.provided_details && { provided_details: given.provided_details }),
          redaction: null,
          status: 'requires_input',
          type: given.type ?? 'document',
          url: stripe.pageUrl(`verify/${id}`),
        } as unknown as Session;
        const { return_url, provided_details: details } = given;
        table.insert(session, { return_url, email: details?.email, phone: details?.phone });
        stripe.emit('identity.verification_session.created', session);
        return session;
      },
      'GET /v1/identity/verification_sessions': ({ params, url }) => {
        const { status, client_reference_id: reference } = params as Stripe.Identity.VerificationSessionListParams;
        return table.page(url, params, {
          where: (session) =>
            (status === undefined || session.status === status) &&
            (reference === undefined || session.client_reference_id === reference),
        });
      },
      'GET /v1/identity/verification_sessions/{session}': ({ path }) => table.get(path['session']!),
      'POST /v1/identity/verification_sessions/{session}': ({ path, params }) => {
        const given = params as Stripe.Identity.VerificationSessionUpdateParams;
        const session = openSession(path['session']!, 'update');
        return table.update(session.id, {
          ...(given.metadata !== undefined && { metadata: mergeMetadata(session.metadata, given.metadata) }),
          ...(given.options && { options: { ...session.options, ...given.options } as Session['options'] }),
          ...(given.provided_details && {
            provided_details: { ...session.provided_details, ...given.provided_details },
          }),
          ...(given.type && { type: given.type }),
        });
      },
      'POST /v1/identity/verification_sessions/{session}/cancel': ({ path }) => {
        const { id } = openSession(path['session']!, 'cancel');
        const canceled = table.update(id, { status: 'canceled', client_secret: null, url: null });
        stripe.emit('identity.verification_session.canceled', canceled);
        return canceled;
      },
      'POST /v1/identity/verification_sessions/{session}/redact': ({ path }) => {
        const before = table.get(path['session']!);
        if (before.redaction) return before;
        const redacted = table.update(before.id, {
          client_secret: null,
          last_verification_report: null,
          metadata: {},
          provided_details: null,
          redaction: { status: 'redacted' },
          url: null,
          ...(before.status === 'requires_input' && { status: 'canceled' as const }),
        });
        table.hide(before.id, {});
        for (const { id } of [...reports.values({ by: { verification_session: before.id } })]) reports.remove(id);
        stripe.emit('identity.verification_session.redacted', redacted);
        return redacted;
      },
      'GET /v1/identity/verification_reports': ({ params, url }) => {
        const given = params as Stripe.Identity.VerificationReportListParams;
        const { type, client_reference_id: reference, verification_session: session } = given;
        return reports.page(url, params, {
          by: { verification_session: session },
          where: (report) =>
            (type === undefined || report.type === type) &&
            (reference === undefined || report.client_reference_id === reference),
        });
      },
      'GET /v1/identity/verification_reports/{report}': ({ path }) => reports.get(path['report']!),
    },
    includes: {
      'identity.verification_session verified_outputs': ({ id }: Session) => table.hidden(id)?.verified_outputs ?? null,
    },
  };
};
