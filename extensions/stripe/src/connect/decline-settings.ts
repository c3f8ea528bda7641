/** What an account refuses although the bank agrees: https://docs.stripe.com/api/accounts/object#account_object-settings-card_payments-decline_on. */
import type { Backend } from '../kernel/backend';
import { behaviorOf, type CardSecret } from '../payments/cards';
import { DECLINES, type Decline } from '../payments/declines';
import { currentAccount } from './own-account';

/** Why the account that is charging refuses a card: a check of it failed that the settings of the account ask for. */
export function refusedCheck(stripe: Backend, secret: CardSecret | undefined): Decline | undefined {
  const { checks } = behaviorOf(secret);
  if (checks === undefined) return undefined;
  const { decline_on: refused } = currentAccount(stripe)?.settings?.card_payments ?? {};
  if (refused?.cvc_failure === true && checks.cvc === 'fail' && secret?.hasCvc !== false) return DECLINES.incorrectCvc;
  if (refused?.avs_failure === true && checks.postalCode === 'fail') return DECLINES.incorrectZip;
  return undefined;
}
