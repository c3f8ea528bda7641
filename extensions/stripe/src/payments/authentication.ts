/** Whether a cardholder has to authenticate: https://docs.stripe.com/payments/3d-secure. */
import { behaviorOf, type CardSecret } from './cards';
import { DECLINES, type Decline } from './declines';

export interface Circumstances {
  /** The cardholder is not there. */
  readonly isOffSession: boolean;
  /** The card was read out by letter or telephone: nobody can authenticate then. */
  readonly isByPhone?: boolean;
  /** What the client asked for: `any` and `challenge` ask for authentication wherever it is possible. */
  readonly request: string | null | undefined;
}

/** `failure`: it cannot even begin. */
export type Authentication = { readonly needed: false } | { readonly needed: true; readonly failure?: Decline };

export function authenticationFor(
  secret: CardSecret | undefined,
  { isOffSession, isByPhone = false, request }: Circumstances,
): Authentication {
  if (isByPhone) return { needed: false };
  const { authentication, failsToAuthenticate } = behaviorOf(secret);
  const isAsked = request === 'any' || request === 'challenge';
  const needed =
    authentication === 'always' ||
    (authentication === 'onSession' && !isOffSession) ||
    (authentication === 'untilSetUp' && !(isOffSession && secret?.setUp === true)) ||
    (authentication === 'onRequest' && isAsked && !isOffSession);
  if (!needed) return { needed: false };
  return { needed: true, ...(failsToAuthenticate !== undefined && { failure: DECLINES[failsToAuthenticate] }) };
}
