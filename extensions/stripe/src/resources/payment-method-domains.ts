import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import type { DefineModule } from '../kernel/module';
import { resourceOperations } from '../kernel/resource';

type Domain = Stripe.PaymentMethodDomain;

const HOST = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/i;
/** The ways to pay that ask for a registered domain. */
const METHODS = ['amazon_pay', 'apple_pay', 'google_pay', 'klarna', 'link', 'paypal'] as const;

/** https://docs.stripe.com/api/payment_method_domains and the older https://docs.stripe.com/api/apple_pay/domains */
export const paymentMethodDomains: DefineModule = (stripe) => {
  const table = stripe.table<Domain>('payment_method_domain');
  const applePay = stripe.table<Stripe.ApplePayDomain>('apple_pay_domain');
  return {
    operations: {
      ...resourceOperations<Domain>(stripe, {
        kind: 'payment_method_domain',
        path: '/v1/payment_method_domains',
        create: ({ domain_name, enabled = true }) => {
          const name = domainName(domain_name as string);
          if (table.first({ where: (domain) => domain.domain_name === name })) {
            throw invalidRequest(`The domain ${name} has already been registered.`, {
              code: 'resource_already_exists',
              param: 'domain_name',
            });
          }
          return { domain_name: name, enabled, ...statuses(enabled as boolean) };
        },
        update: ({ enabled }) => (enabled === undefined ? {} : statuses(enabled as boolean)),
        filters: ['domain_name', 'enabled'],
      }),
      // There is no host to ask: every domain that is enabled proves good.
      'POST /v1/payment_method_domains/{id}/validate': ({ path: { id } }) =>
        table.update(id!, ({ enabled }) => statuses(enabled)),
      ...resourceOperations<Stripe.ApplePayDomain>(stripe, {
        kind: 'apple_pay_domain',
        path: '/v1/apple_pay/domains',
        create: ({ domain_name }) => {
          const name = domainName(domain_name as string);
          if (applePay.first({ where: (domain) => domain.domain_name === name })) {
            throw invalidRequest(`The domain ${name} has already been registered.`, { param: 'domain_name' });
          }
          return { domain_name: name };
        },
        delete: () => undefined,
        filters: ['domain_name'],
      }),
    },
  };
};

function statuses(enabled: boolean): Pick<Domain, (typeof METHODS)[number]> {
  const status = enabled ? 'active' : 'inactive';
  return Object.fromEntries(METHODS.map((method) => [method, { status }])) as unknown as Pick<
    Domain,
    (typeof METHODS)[number]
  >;
}

/** A host name in small letters. Throws for what is none: an address with a scheme or a path, or a host without a dot. */
function domainName(given: string): string {
  if (HOST.test(given)) return given.toLowerCase();
  throw invalidRequest(`'${given.slice(0, 253)}' is not a domain name: give it without a scheme, port and path.`, {
    param: 'domain_name',
  });
}
