/** Links to pages where owners of accounts say what is asked: https://docs.stripe.com/api/v2/core/account-links. */
import type Stripe from 'stripe';
import { linksOf, type KeptLink } from '../../connect/links';
import type { Backend } from '../../kernel/backend';
import type { DefineModule } from '../../kernel/module';
import { emitAboutAccount } from '../events/notify';
import { complete } from '../kernel/complete';
import { invalidFields } from '../kernel/errors';
import { timestamp } from '../kernel/time';
import { findAccount } from './account-operations';
import { rowOf } from './account-row';

/** How long a link is good, in seconds. */
const LIFETIME = 10 * 60;

type UseCase = Stripe.V2.Core.AccountLinkCreateParams['use_case'];

interface Target {
  /** Older versions had to name them; the newest takes all that the account has. */
  readonly configurations?: readonly string[];
  readonly refresh_url: string;
  readonly return_url?: string;
}

export const accountLinks2: DefineModule = (stripe) => ({
  operations: {
    'POST /v2/core/account_links': ({ params }) => {
      const { account: id, use_case: useCase } = params as unknown as Stripe.V2.Core.AccountLinkCreateParams;
      const found = findAccount(stripe, id);
      const { id: account } = found;
      const {
        configurations = rowOf(stripe, found).applied_configurations,
        refresh_url,
        return_url = null,
      } = targetOf(useCase);
      const token = stripe.secret();
      const expires = stripe.now() + LIFETIME;
      const told = { configurations, use_case: useCase.type };
      linksOf(stripe).put(token, { account, expires_at: expires, refresh_url, return_url, told });
      return {
        object: 'v2.core.account_link',
        account,
        created: timestamp(stripe.now()),
        expires_at: timestamp(expires),
        livemode: false,
        url: stripe.pageUrl(`connect/setup/${token}`),
        use_case: complete('v2.core.account_link', { use_case: useCase })['use_case'],
      };
    },
  },
});

function targetOf(useCase: UseCase): Target {
  const target = (useCase as unknown as Record<string, Target | undefined>)[useCase.type];
  if (target === undefined)
    throw invalidFields(`Missing required parameter: use_case.${useCase.type}`, `use_case.${useCase.type}`);
  for (const name of ['refresh_url', 'return_url'] as const) {
    const url = target[name];
    if (url !== undefined && !URL.canParse(url)) {
      const param = `use_case.${useCase.type}.${name}`;
      throw invalidFields(`Invalid value for ${param}: expected a URL.`, param);
    }
  }
  return target;
}

/** Tells that somebody came back from a link of version 2. */
export function announceReturn(stripe: Backend, { account, told }: KeptLink): void {
  if (told === undefined) return;
  emitAboutAccount(stripe, 'v2.core.account_link.returned', { data: { account_id: account, ...told } });
}
