import type { Backend } from '../kernel/backend';
import type { Job } from '../kernel/jobs';
import type { DefineModule } from '../kernel/module';
import { blockAccount } from '../connect/checks';
import { idOf } from '../kernel/objects';
import { bankBehavior } from './bank-accounts';
import { behaviorOf } from './cards';
import { chargeTable } from './charging';
import { createDispute } from './disputes';
import { openReview, warnOfFraud } from './reviews';
import type { CardBehavior, DisputeCause } from './test-cards';

const AFTERWARDS = 'charge.follow_up';

/** The bank of the payer takes a debit back. */
const TAKEN_BACK: DisputeCause = { reason: 'debit_not_authorized', network_reason_code: 'R10', isFinal: true };

/**
 * Does what comes after a payment that succeeded, by what its test card or bank account stands for: a review at once; disputes,
 * warnings of fraud and blocks of accounts as soon as the payment was answered, which shows nothing of them yet.
 */
export function followUp(stripe: Backend, chargeId: string): void {
  const { risk } = behaviorOf(chargeTable(stripe).hidden(chargeId));
  if (risk === 'elevated') openReview(stripe, chargeId);
  if (Object.keys(later(stripe, chargeId)).length === 0) return;
  const { clock } = stripe;
  // A test clock stands still when nobody turns it, and banks do not wait for it.
  const at = clock === null ? stripe.now() : stripe.platform.clock.seconds();
  stripe.as({ clock: null, time: at }, () => stripe.jobs.schedule(AFTERWARDS, chargeId, at, { clock }));
}

/** What is to come of a payment. */
function later(stripe: Backend, chargeId: string): Pick<CardBehavior, 'blocksAccount' | 'dispute' | 'fraudWarning'> {
  const secret = chargeTable(stripe).hidden(chargeId);
  if (bankBehavior(secret?.account).isDisputed === true) return { dispute: TAKEN_BACK };
  const { blocksAccount, dispute, fraudWarning } = behaviorOf(secret);
  return {
    ...(blocksAccount && { blocksAccount }),
    ...(dispute && { dispute }),
    ...(fraudWarning === true && { fraudWarning }),
  };
}

function afterwards(stripe: Backend, { subject, data }: Job): void {
  const { clock } = data as { readonly clock: string | null };
  const work = (): void => {
    const { blocksAccount, dispute, fraudWarning } = later(stripe, subject);
    if (fraudWarning === true) warnOfFraud(stripe, subject);
    for (let count = 0; dispute && count < (dispute.count ?? 1); count += 1) createDispute(stripe, subject, dispute);
    const { on_behalf_of: other } = chargeTable(stripe).get(subject);
    if (blocksAccount) blockAccount(stripe, idOf(other) ?? stripe.account, blocksAccount);
  };
  if (clock === null) work();
  else stripe.as({ clock }, work);
}

/** What follows a payment, as jobs. */
export const followUps: DefineModule = () => ({ jobs: { [AFTERWARDS]: afterwards } });
