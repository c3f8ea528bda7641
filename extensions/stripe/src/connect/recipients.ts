/** Who gets what of a payment, and may: https://docs.stripe.com/connect/charges. */
import type Stripe from 'stripe';
import { invalidRequest, resourceMissing } from '../errors';
import { PLATFORM_ACCOUNT, type Backend } from '../kernel/backend';
import { accountTable, asPlatform } from './account-data';
import { ownAccount } from './own-account';

/** What a client says of a payment about who gets it. */
export interface Shares {
  readonly application_fee_amount?: number | '' | null | undefined;
  readonly on_behalf_of?: string | null | undefined;
  readonly transfer_data?: { readonly destination?: string; readonly amount?: number } | '' | null | undefined;
}

/** The account under an identifier, as something that money goes to. Throws where there is none. */
export function destinationAccount(stripe: Backend, id: string, param: string): Stripe.Account {
  if (id === PLATFORM_ACCOUNT) return ownAccount(stripe);
  const account = asPlatform(stripe, () => accountTable(stripe).present(id));
  if (account === undefined) throw resourceMissing('destination', id, param);
  return account;
}

/** Throws where an account cannot be sent money. */
export function checkTransferable({ capabilities }: Stripe.Account): void {
  if (capabilities?.transfers === 'active' || capabilities?.legacy_payments === 'active') return;
  throw invalidRequest(
    'Your destination account needs to have at least one of the following capabilities enabled: transfers, crypto_transfers, legacy_payments',
    { code: 'insufficient_capabilities_for_transfer' },
  );
}

/** Throws where a payment cannot be shared as its parameters say, or its account cannot be charged. */
export function checkRecipients(stripe: Backend, given: Shares): void {
  // Other stand-ins know nothing of capabilities.
  if (stripe.config.compat !== 'none') return;
  const { application_fee_amount: fee, on_behalf_of: principal, transfer_data: transfer } = given;
  if (typeof fee === 'number' && fee < 0) {
    throw invalidRequest('This value must be greater than or equal to 0.', {
      code: 'parameter_invalid_integer',
      param: 'application_fee_amount',
    });
  }
  if (fee && !transfer && stripe.account === PLATFORM_ACCOUNT) {
    throw invalidRequest(
      'Can only apply an application_fee_amount when the PaymentIntent is attempting a direct payment (using an OAuth key or Stripe-Account header) or destination payment (using `transfer_data[destination]`).',
      { param: 'application_fee_amount' },
    );
  }
  if (typeof fee === 'number' && transfer && transfer.amount !== undefined) {
    throw invalidRequest(
      'You may not provide the application_fee_amount parameter and the transfer_data[amount] parameter simultaneously. They are mutually exclusive.',
      { param: 'application_fee_amount' },
    );
  }
  if (transfer && transfer.destination !== undefined) {
    checkTransferable(destinationAccount(stripe, transfer.destination, 'transfer_data[destination]'));
  }
  if (principal) checkPrincipal(stripe, principal);
  else checkOwnCharges(stripe);
}

/** Throws for a share of invoices that is none. `param` is the parameter that it is given in. */
export function checkFeePercent(percent: unknown, param = 'application_fee_percent'): void {
  if (typeof percent !== 'number' || (percent >= 0 && percent <= 100)) return;
  throw invalidRequest('The application fee percentage must be between 0 and 100.', { param });
}

/** A payment on behalf of an account is made as if the account charged it. */
function checkPrincipal(stripe: Backend, id: string): void {
  if (id === stripe.account) return;
  const principal = asPlatform(stripe, () => accountTable(stripe).present(id));
  if (principal === undefined) throw resourceMissing('on_behalf_of', id, 'on_behalf_of');
  if (principal.capabilities?.card_payments === 'active' || mayBeCharged(principal)) return;
  throw invalidRequest(
    `You cannot use the account ${id} in \`on_behalf_of\`: it needs to have the card_payments capability enabled.`,
    { param: 'on_behalf_of' },
  );
}

/** With `Stripe-Account` the account itself is charged. */
function checkOwnCharges(stripe: Backend): void {
  const { account: id } = stripe;
  if (id === PLATFORM_ACCOUNT) return;
  const account = asPlatform(stripe, () => accountTable(stripe).find(id));
  if (account === undefined || mayBeCharged(account)) return;
  throw invalidRequest(
    `The account ${id} cannot currently make charges. It needs to have the card_payments capability enabled: see its requirements.`,
  );
}

/** An account with a Dashboard of its own takes test payments before it is activated, as every account of Stripe does. */
function mayBeCharged({ charges_enabled: isEnabled, type }: Stripe.Account): boolean {
  return isEnabled || type === 'standard';
}
