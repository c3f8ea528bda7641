/** The way of a physical card to its cardholder: https://docs.stripe.com/issuing/cards/physical/issue-cards. */
import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import type { DefineModule } from '../kernel/module';
import { DAY } from '../payments/charging';
import { keepCard } from './keep-card';
import { cardTable, type Card } from './tables';

type Shipping = NonNullable<Card['shipping']>;

/** From which states a shipment comes to another one. */
const FROM: Readonly<Record<string, readonly string[]>> = {
  submitted: ['pending'],
  shipped: ['pending', 'submitted'],
  delivered: ['shipped'],
  returned: ['shipped', 'delivered'],
  failure: ['pending', 'submitted', 'shipped'],
};

const DAYS_UNDER_WAY = 5;

export function shippingOf(given: Stripe.Issuing.CardCreateParams.Shipping): Shipping {
  const { address, address_validation: validation, customs, ...rest } = given;
  return {
    address: { line2: null, state: null, ...address },
    address_validation: validation ? { mode: validation.mode, normalized_address: null, result: null } : null,
    business_name: null,
    carrier: null,
    customs: customs ? { eori_number: null, ...customs } : null,
    eta: null,
    phone_number: null,
    require_signature: null,
    service: 'standard',
    status: 'pending',
    tracking_number: null,
    tracking_url: null,
    type: 'individual',
    ...rest,
  };
}

/** https://docs.stripe.com/api/issuing/cards/test_mode_ship and what is beside it. */
export const cardShipping: DefineModule = (stripe) => {
  const to =
    (status: string) =>
    ({ path }: { readonly path: Readonly<Record<string, string>> }): Card =>
      move(stripe, path['card']!, status);
  return {
    operations: {
      'POST /v1/test_helpers/issuing/cards/{card}/shipping/submit': to('submitted'),
      'POST /v1/test_helpers/issuing/cards/{card}/shipping/ship': to('shipped'),
      'POST /v1/test_helpers/issuing/cards/{card}/shipping/deliver': to('delivered'),
      'POST /v1/test_helpers/issuing/cards/{card}/shipping/return': to('returned'),
      'POST /v1/test_helpers/issuing/cards/{card}/shipping/fail': to('failure'),
    },
  };
};

function move(stripe: Backend, id: string, status: string): Card {
  const table = cardTable(stripe);
  const { shipping, type } = table.get(id, 'card');
  if (shipping === null || type !== 'physical')
    throw invalidRequest('Only a physical card is sent to its cardholder.', { param: 'card' });
  if (!FROM[status]!.includes(shipping.status ?? 'pending')) {
    throw invalidRequest(
      `The shipment of the card has the status ${String(shipping.status)}, and cannot become ${status}. It has to be ${FROM[status]!.join(' or ')}.`,
      { param: 'card' },
    );
  }
  const tracking = stripe.platform.ids.next(undefined, 12).toUpperCase();
  const moved = table.update(
    id,
    {
      shipping: {
        ...shipping,
        status,
        ...(status === 'shipped' && {
          carrier: 'usps',
          eta: stripe.now() + DAYS_UNDER_WAY * DAY,
          shipped_at: stripe.now(),
          tracking_number: tracking,
          tracking_url: `https://tools.usps.com/go/TrackConfirmAction?tLabels=${tracking}`,
        }),
        ...(status === 'delivered' && { delivered_at: stripe.now() }),
      },
    },
    'issuing_card.updated',
  );
  keepCard(stripe, moved);
  return moved;
}
