/** What a financial account can do: https://docs.stripe.com/treasury/account-management/financial-account-features. */
import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import type { FinancialAccount } from './ledger';

export type Features = Stripe.Treasury.FinancialAccountFeatures;
type Restrictions = FinancialAccount['platform_restrictions'];

interface Feature {
  readonly requested: boolean;
  readonly status: string;
  readonly status_details: readonly object[];
}

/** Each feature by its path, with the flows without which it can do nothing. */
const PATHS: Readonly<Record<string, 'inbound_flows' | 'outbound_flows' | undefined>> = {
  card_issuing: undefined,
  deposit_insurance: undefined,
  'financial_addresses.aba': 'inbound_flows',
  'inbound_transfers.ach': 'inbound_flows',
  intra_stripe_flows: undefined,
  'outbound_payments.ach': 'outbound_flows',
  'outbound_payments.us_domestic_wire': 'outbound_flows',
  'outbound_transfers.ach': 'outbound_flows',
  'outbound_transfers.us_domestic_wire': 'outbound_flows',
};

/** The features after a client asked for some; those that nobody ever asked for are not shown. */
export function changeFeatures(before: Features | undefined, given: object, restrictions: Restrictions): Features {
  const features: Record<string, unknown> = { object: 'treasury.financial_account_features' };
  for (const [path, flows] of Object.entries(PATHS)) {
    const requested = (at(given, path) ?? at(before, path))?.requested;
    if (requested === undefined) continue;
    const isRestricted = flows !== undefined && restrictions?.[flows] === 'restricted';
    const feature: Feature = {
      requested,
      status: requested ? (isRestricted ? 'restricted' : 'active') : 'pending',
      status_details:
        requested && isRestricted
          ? [{ code: 'restricted_by_platform', resolution: 'remove_restriction', restriction: flows }]
          : requested
            ? []
            : [{ code: 'activating', resolution: null }],
    };
    const [group = '', name] = path.split('.');
    features[group] = name === undefined ? feature : { ...(features[group] as object | undefined), [name]: feature };
  }
  return features as unknown as Features;
}

/** Which features there are, by what they can do now. */
export function featureLists(features: Features): Partial<FinancialAccount> {
  const withStatus = (status: string): string[] =>
    Object.keys(PATHS).filter((path) => {
      const feature = at(features, path);
      return feature?.requested === true && feature.status === status;
    });
  return {
    active_features: withStatus('active'),
    pending_features: withStatus('pending'),
    restricted_features: withStatus('restricted'),
  };
}

/** Throws where a feature cannot be used. */
export function checkFeature({ id, active_features: active, status }: FinancialAccount, path: string): void {
  if (status === 'closed')
    throw invalidRequest(`The FinancialAccount ${id} is closed.`, { param: 'financial_account' });
  if (!(active as readonly string[] | undefined)?.includes(path)) {
    throw invalidRequest(`The FinancialAccount ${id} does not have the feature \`${path}\` active.`, {
      param: 'financial_account',
    });
  }
}

function at(features: object | undefined, path: string): Feature | undefined {
  const [group = '', name] = path.split('.');
  const found = (features as Record<string, unknown> | undefined)?.[group];
  return (name === undefined ? found : (found as Record<string, unknown> | undefined)?.[name]) as Feature | undefined;
}
