/** Links to what a merchant has to accept before an iPhone takes payments: https://docs.stripe.com/terminal/payments/setup-reader/tap-to-pay. */
import type { Collection } from 'backlot';
import type Stripe from 'stripe';
import { parameterMissing } from '../errors';
import { destinationAccount } from '../connect/recipients';
import type { Backend } from '../kernel/backend';
import type { DefineModule } from '../kernel/module';

/** What is kept of a link. */
export interface TermsLink {
  /** Who accepts. */
  readonly account: string;
  readonly merchant: string;
  /** Whether somebody may accept again with another Apple account. */
  readonly allowsRelinking: boolean;
}

export function termsLinks(stripe: Backend): Collection<TermsLink> {
  return stripe.state.collection<TermsLink>('terminal_onboarding_link');
}

/** When the terms were accepted, by account. */
export function acceptedTerms(stripe: Backend): Collection<number> {
  return stripe.state.collection<number>('terminal_accepted_terms');
}

export const onboardingLinks: DefineModule = (stripe) => ({
  operations: {
    'POST /v1/terminal/onboarding_links': ({ params }) => {
      const given = params as unknown as Stripe.Terminal.OnboardingLinkCreateParams;
      const terms = given.link_options.apple_terms_and_conditions;
      if (terms === undefined) throw parameterMissing('link_options[apple_terms_and_conditions]');
      const { on_behalf_of: principal } = given;
      if (principal !== undefined) destinationAccount(stripe, principal, 'on_behalf_of');
      const token = stripe.secret();
      termsLinks(stripe).put(token, {
        account: principal ?? stripe.account,
        merchant: terms.merchant_display_name,
        allowsRelinking: terms.allow_relinking ?? false,
      });
      return {
        object: 'terminal.onboarding_link',
        link_options: {
          apple_terms_and_conditions: {
            allow_relinking: terms.allow_relinking ?? null,
            merchant_display_name: terms.merchant_display_name,
          },
        },
        link_type: given.link_type,
        on_behalf_of: principal ?? null,
        redirect_url: stripe.pageUrl(`terminal/terms/${token}`),
      };
    },
  },
});
