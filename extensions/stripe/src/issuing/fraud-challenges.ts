/** Asks a cardholder whether it was them: https://docs.stripe.com/issuing/controls/fraud-challenges. */
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import { authorizationTable, type Authorization } from './tables';

type Challenge = NonNullable<Authorization['fraud_challenges']>[number];

/** Whether a suspicious authorization is refused: not where the cardholder has stood up for the same merchant before. */
export function needsChallenge(stripe: Backend, authorization: Authorization): boolean {
  const { card, merchant_data: merchant } = authorization;
  const table = authorizationTable(stripe);
  const verified = table.first({
    by: { card: card.id },
    where: (each) =>
      each.merchant_data.network_id === merchant.network_id &&
      (each.fraud_challenges ?? []).some(({ status }) => status === 'verified'),
  });
  if (verified === undefined) return true;
  table.update(authorization.id, { verified_by_fraud_challenge: true });
  return false;
}

/** Sends the cardholder a message about an authorization, where there is a number to send it to. */
export function withChallenge(stripe: Backend, id: string): void {
  authorizationTable(stripe).update(id, ({ card }) => {
    const hasPhone = Boolean(card.cardholder?.phone_number);
    const challenge: Challenge = {
      channel: 'sms',
      status: hasPhone ? 'pending' : 'undeliverable',
      undeliverable_reason: hasPhone ? null : 'no_phone_number',
    };
    return { fraud_challenges: [challenge], verified_by_fraud_challenge: false };
  });
}

/** The answer of the cardholder. */
export function respond(stripe: Backend, id: string, confirmed: boolean): Authorization {
  const table = authorizationTable(stripe);
  const { fraud_challenges: challenges } = table.get(id);
  if (!challenges?.some(({ status }) => status === 'pending'))
    throw invalidRequest('The authorization has no fraud challenge that waits for an answer.');
  return table.update(
    id,
    {
      fraud_challenges: challenges.map((each) =>
        each.status === 'pending' ? { ...each, status: confirmed ? 'verified' : 'rejected' } : each,
      ),
    },
    'issuing_authorization.updated',
  );
}
