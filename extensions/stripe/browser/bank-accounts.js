/** Accounts at a bank, which a person links in a dialog: https://docs.stripe.com/js/financial_connections */
import { named } from './api.js';
import { dialog } from './dialog.js';
import { intentOf } from './secrets.js';

/** Shows the dialog, and gives the accounts that were linked, in the session: none where the dialog was closed. */
async function link(stripe, session) {
  await dialog({
    url: `${stripe._base}/link-accounts/${session.id}?framed=1`,
    title: 'Link your account',
    done: 'accounts-linked',
    mayClose: true,
  });
  return stripe._api.get('/v1/link_account_sessions', { client_secret: session.client_secret });
}

/** `collectBankAccountForPayment` and `…ForSetup`: the intent has the account as its payment method, and waits to be confirmed. */
export async function collectBankAccount(stripe, { clientSecret, params = {}, expand = [] }) {
  const { name, path } = intentOf(clientSecret);
  const session = await stripe._api.post('/v1/link_account_sessions', { client_secret: clientSecret });
  if (session.error) return { error: session.error };
  const { accounts } = await link(stripe, session);
  const [account] = accounts.data;
  // Who closes the dialog has chosen nothing yet.
  if (!account) return stripe._retrieve(clientSecret);
  const { billing_details: details } = params.payment_method_data || {};
  const method = await stripe._api.post('/v1/payment_methods', {
    type: 'us_bank_account',
    us_bank_account: { financial_connections_account: account.id, account_holder_type: 'individual' },
    billing_details: details,
  });
  if (method.error) return { error: method.error };
  const chosen = { client_secret: clientSecret, payment_method: method.id };
  const result = named(name, await stripe._api.post(path, chosen));
  if (!result.error && expand.includes('payment_method')) result[name].payment_method = method;
  return result;
}

/** Accounts whose data an application wants to see. */
export async function collectAccounts(stripe, { clientSecret }) {
  const session = await stripe._api.get('/v1/link_account_sessions', { client_secret: clientSecret });
  if (session.error) return { error: session.error };
  const { accounts, ...linked } = await link(stripe, session);
  return { financialConnectionsSession: { ...linked, accounts: accounts.data } };
}

/** The same, with a token of the account, which payouts may go to. */
export async function collectAccountToken(stripe, options) {
  const result = await collectAccounts(stripe, options);
  const [account] = result.error ? [] : result.financialConnectionsSession.accounts;
  if (!account) return { token: null, ...result };
  const token = await stripe._api.post('/v1/tokens', {
    bank_account: {
      country: 'US',
      currency: 'usd',
      routing_number: '110000000',
      account_number: `00012345${account.last4}`,
    },
  });
  return token.error ? { error: token.error } : { ...result, token };
}
