/** Who cards are issued to: https://docs.stripe.com/issuing/cards/virtual/issue-cards. */
import type Stripe from 'stripe';
import type { Backend } from '../kernel/backend';
import { mergeMetadata } from '../kernel/metadata';
import type { DefineModule } from '../kernel/module';
import { wholeAddress } from '../parameters/address';
import { blank, completed } from '../spec/shapes';
import { keepCard } from './keep-card';
import { controlsOf } from './spending-controls';
import { cardholderTable, cardTable, type Cardholder } from './tables';

type Create = Stripe.Issuing.CardholderCreateParams;
type Update = Stripe.Issuing.CardholderUpdateParams;

const PLAIN = ['billing', 'email', 'phone_number', 'preferred_locales', 'status'] as const;

/** https://docs.stripe.com/api/issuing/cardholders */
export const issuingCardholders: DefineModule = (stripe) => {
  const table = cardholderTable(stripe);
  return {
    operations: {
      'POST /v1/issuing/cardholders': ({ params }) => {
        const given = params as unknown as Create;
        const cardholder = completed('issuing.cardholder', {
          ...blank('issuing.cardholder'),
          company: null,
          email: null,
          individual: null,
          phone_number: null,
          preferred_locales: [],
          status: 'active',
          ...plain(given),
          id: stripe.newId('issuing.cardholder'),
          ...partsOf(given),
          billing: { address: wholeAddress(given.billing.address) },
          created: stripe.now(),
          metadata: mergeMetadata(undefined, given.metadata),
          name: given.name,
          requirements: { disabled_reason: null, past_due: [] },
          spending_controls: controlsOf(given.spending_controls, {
            currency: given.spending_controls?.spending_limits_currency ?? null,
            isCard: false,
          }),
          type: given.type ?? 'individual',
        } as unknown as Cardholder);
        table.insert(cardholder);
        stripe.emit('issuing_cardholder.created', cardholder);
        return cardholder;
      },
      'GET /v1/issuing/cardholders': ({ params, url }) => {
        const { email, phone_number: phone, status, type } = params as Stripe.Issuing.CardholderListParams;
        return table.page(url, params, {
          by: { email, status, type },
          where: (each) => phone === undefined || each.phone_number === phone,
        });
      },
      'GET /v1/issuing/cardholders/{id}': ({ path }) => table.get(path['id']!),
      'POST /v1/issuing/cardholders/{id}': ({ path, params }) => {
        const given = params as Update;
        const cardholder = table.update(
          path['id']!,
          (before) =>
            completed('issuing.cardholder', {
              ...before,
              ...(plain(given) as Partial<Cardholder>),
              ...(partsOf(given, before) as Partial<Cardholder>),
              ...(given.billing && { billing: { address: wholeAddress(given.billing.address) } }),
              ...(given.spending_controls && {
                spending_controls: controlsOf(given.spending_controls, {
                  currency: given.spending_controls.spending_limits_currency ?? null,
                  before: before.spending_controls,
                  isCard: false,
                }),
              }),
              metadata: mergeMetadata(before.metadata, given.metadata),
            }),
          'issuing_cardholder.updated',
        );
        showInCards(stripe, cardholder);
        return cardholder;
      },
    },
  };
};

function plain(given: Create | Update): object {
  return Object.fromEntries(PLAIN.flatMap((name) => (given[name] === undefined ? [] : [[name, given[name]]])));
}

/** What is known of a person or a company; of numbers only that they were given. */
function partsOf({ company, individual }: Create | Update, before?: Cardholder): object {
  return {
    ...(company && { company: { tax_id_provided: company.tax_id !== undefined } }),
    ...(individual && {
      individual: {
        card_issuing: null,
        dob: null,
        first_name: null,
        last_name: null,
        verification: null,
        ...before?.individual,
        ...individual,
      },
    }),
  };
}

/** Cards have their cardholder in them. */
function showInCards(stripe: Backend, cardholder: Cardholder): void {
  const table = cardTable(stripe);
  for (const { id } of [...table.values({ by: { cardholder: cardholder.id } })])
    keepCard(stripe, table.update(id, { cardholder }));
}
