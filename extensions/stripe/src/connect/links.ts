import type Stripe from 'stripe';
import { invalidRequest, parameterMissing, resourceMissing } from '../errors';
import type { Backend } from '../kernel/backend';
import type { DefineModule } from '../kernel/module';
import { pageOf } from '../kernel/page-of';
import { checkUrl } from '../parameters/url';
import { accountTable } from './account-data';
import { newAccountSession } from './account-sessions';
import { currencyOf } from './blank-account';

/** How long a link to an onboarding is good. */
const LIFETIME = 5 * 60;

/** What is kept of a link. */
export interface KeptLink {
  readonly account: string;
  readonly expires_at: number;
  readonly refresh_url: string | null;
  readonly return_url: string | null;
  /** Its page was opened, which is good for once. */
  readonly isVisited?: true;
  /** What is told of who came back from it; only of links of version 2. */
  readonly told?: { readonly configurations: readonly string[]; readonly use_case: string };
}

export function linksOf(stripe: Backend) {
  return stripe.state.collection<KeptLink>('account_link');
}

/** https://docs.stripe.com/api/account_links and https://docs.stripe.com/api/account_sessions */
export const accountLinks: DefineModule = (stripe) => {
  const checked = (id: string): string => {
    if (!accountTable(stripe).has(id)) throw resourceMissing('account', id, 'account');
    return id;
  };
  return {
    operations: {
      'POST /v1/account_links': ({ params }) => {
        const given = params as unknown as Stripe.AccountLinkCreateParams;
        const account = checked(given.account);
        if (!stripe.isLoose) checkLink(stripe, given);
        const token = stripe.secret();
        const expires = stripe.now() + LIFETIME;
        linksOf(stripe).put(token, {
          account,
          expires_at: expires,
          refresh_url: given.refresh_url ?? null,
          return_url: given.return_url ?? null,
        });
        return {
          object: 'account_link',
          created: stripe.now(),
          expires_at: expires,
          url: stripe.pageUrl(`connect/setup/${token}`),
        };
      },
      'POST /v1/account_sessions': ({ params }) => {
        const given = params as unknown as Stripe.AccountSessionCreateParams;
        const account = accountTable(stripe).get(checked(given.account));
        return newAccountSession(stripe, account, given.components as Readonly<Record<string, object>>);
      },
      'GET /v1/country_specs': ({ url, params }) => pageOf(COUNTRIES.map(specOf), url, params),
      'GET /v1/country_specs/{country}': ({ path }) => {
        const country = path['country']!.toUpperCase();
        if (!COUNTRIES.includes(country)) throw resourceMissing('country_spec', path['country']!);
        return specOf(country);
      },
    },
  };
};

/** Throws for a link that leads nowhere afterwards, or that is not for accounts of the kind. */
function checkLink(stripe: Backend, given: Stripe.AccountLinkCreateParams): void {
  for (const name of ['refresh_url', 'return_url'] as const) {
    const url = given[name];
    if (url === undefined) throw parameterMissing(name);
    checkUrl(url, name);
  }
  const { controller } = accountTable(stripe).get(given.account);
  if (given.type === 'account_update' && controller?.requirement_collection !== 'application') {
    throw invalidRequest(
      'You cannot create `account_update` type account links for this account: Stripe collects its requirements. Use `account_onboarding`, or a login link.',
      { param: 'type' },
    );
  }
}

/** Where accounts may be. https://stripe.com/global */
const COUNTRIES =
  'AE AT AU BE BG BR CA CH CY CZ DE DK EE ES FI FR GB GI GR HK HR HU IE IN IT JP LI LT LU LV MT MX MY NL NO NZ PL PT RO SE SG SI SK TH US'.split(
    ' ',
  );

function specOf(country: string): { readonly id: string; readonly [field: string]: unknown } {
  const currency = currencyOf(country);
  return {
    id: country,
    object: 'country_spec',
    default_currency: currency,
    supported_bank_account_currencies: { [currency]: [country] },
    supported_payment_currencies: [...new Set([currency, 'usd', 'eur', 'gbp', 'jpy', 'aud', 'cad', 'chf'])],
    supported_payment_methods: ['card', 'stripe'],
    supported_transfer_countries: COUNTRIES,
    verification_fields: {
      company: {
        additional: ['relationship.representative'],
        minimum: [
          'business_profile.mcc',
          'business_type',
          'company.name',
          'external_account',
          'tos_acceptance.date',
          'tos_acceptance.ip',
        ],
      },
      individual: {
        additional: [],
        minimum: [
          'business_profile.mcc',
          'business_type',
          'external_account',
          'individual.first_name',
          'individual.last_name',
          'tos_acceptance.date',
          'tos_acceptance.ip',
        ],
      },
    },
  };
}
