/** What becomes of an identity verification: https://docs.stripe.com/identity/verification-sessions. */
import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import type { Table } from '../kernel/table';

type Session = Stripe.Identity.VerificationSession;
type Report = Stripe.Identity.VerificationReport;

/** What is kept beside a session. */
export interface SessionSecret {
  readonly return_url?: string | undefined;
  readonly email?: string | undefined;
  readonly phone?: string | undefined;
  readonly verified_outputs?: object;
}

/** Why a verification may fail, and how it is said. */
export const FAILURES: Readonly<Record<string, string>> = {
  consent_declined: 'The user declined to be verified by Stripe.',
  device_unsupported: 'The user’s device doesn’t have a camera.',
  document_expired: 'The document is expired.',
  document_type_not_supported: 'The document type is not supported by the session’s options.',
  document_unverified_other: 'The document is invalid.',
  id_number_mismatch: 'The information provided couldn’t be verified.',
  selfie_document_missing_photo: 'The document has no photo of a face.',
  selfie_face_mismatch: 'The captured face image doesn’t match the face on the document.',
  selfie_manipulated: 'The captured face image was manipulated.',
  under_supported_age: 'Stripe doesn’t verify users under the age of majority.',
};

export function identitySessions(stripe: Backend): Table<Session, SessionSecret> {
  return stripe.table<Session, SessionSecret>('identity.verification_session');
}

/** What a person shows. */
export interface ShownIdentity {
  readonly first_name: string;
  readonly last_name: string;
}

/** Ends a session that waits for a person: verified, or with the code of a failure, after which they may try again. */
export function submitIdentity(stripe: Backend, id: string, outcome: string, shown: ShownIdentity): Session {
  const table = identitySessions(stripe);
  const before = table.get(id);
  if (before.status !== 'requires_input') {
    throw invalidRequest(`This VerificationSession is ${before.status}: it waits for nobody.`, {
      code: 'status_transition_invalid',
    });
  }
  const reason = FAILURES[outcome];
  if (outcome !== 'verified' && reason === undefined) {
    throw invalidRequest(`Invalid outcome: must be verified, or one of ${Object.keys(FAILURES).join(', ')}`);
  }
  const error = reason === undefined ? null : { code: outcome, reason };
  const processing = table.update(id, { status: 'processing', last_error: null });
  stripe.emit('identity.verification_session.processing', processing);
  const report = makeReport(stripe, before, error, shown);
  if (error === null) table.hide(id, { ...table.hidden(id), verified_outputs: outputsOf(table.hidden(id), shown) });
  const after = table.update(id, {
    status: error === null ? 'verified' : 'requires_input',
    last_error: error as Session['last_error'],
    last_verification_report: report.id,
    ...(error === null && { url: null, client_secret: null }),
  });
  stripe.emit(`identity.verification_session.${after.status}`, after);
  return after;
}

const BORN = { day: 1, month: 1, year: 1980 };
const ADDRESS = {
  city: 'San Francisco',
  country: 'US',
  line1: '1234 Main St.',
  line2: null,
  postal_code: '94111',
  state: 'CA',
};

function outputsOf(secret: SessionSecret | undefined, shown: ShownIdentity): object {
  return {
    address: ADDRESS,
    dob: BORN,
    email: secret?.email ?? null,
    first_name: shown.first_name,
    id_number: null,
    id_number_type: null,
    last_name: shown.last_name,
    phone: secret?.phone ?? null,
    sex: null,
    unparsed_place_of_birth: null,
    unparsed_sex: null,
  };
}

function makeReport(stripe: Backend, session: Session, error: object | null, shown: ShownIdentity): Report {
  const status = error === null ? 'verified' : 'unverified';
  const person = error === null ? shown : { first_name: null, last_name: null };
  const document = {
    address: error === null ? ADDRESS : null,
    dob: error === null ? BORN : null,
    error,
    expiration_date: { day: 1, month: 12, year: 2040 },
    files: [],
    ...person,
    issued_date: { day: 1, month: 12, year: 2020 },
    issuing_country: 'US',
    number: error === null ? '000000000' : null,
    sex: null,
    status,
    type: 'driving_license',
    unparsed_place_of_birth: null,
    unparsed_sex: null,
  };
  const number = { dob: BORN, error, ...person, id_number: null, id_number_type: 'us_ssn', status };
  const wantsSelfie = session.options?.document?.require_matching_selfie;
  const report = {
    id: stripe.newId('identity.verification_report'),
    object: 'identity.verification_report',
    client_reference_id: session.client_reference_id,
    created: stripe.now(),
    livemode: false,
    options: session.options ?? {},
    type: session.type,
    verification_session: session.id,
    ...(session.type === 'id_number' ? { id_number: number } : { document }),
    ...(wantsSelfie === true && { selfie: { document: null, error, selfie: null, status } }),
  } as unknown as Report;
  return stripe.table<Report>('identity.verification_report').insert(report);
}
