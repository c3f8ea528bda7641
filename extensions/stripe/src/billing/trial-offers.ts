import type Stripe from 'stripe';
import { invalidRequest, parameterMissing } from '../errors';
import type { Backend } from '../kernel/backend';
import type { DefineModule } from '../kernel/module';
import { idOf } from '../kernel/objects';
import { resourceOperations } from '../kernel/resource';

type Offer = Stripe.ProductCatalog.TrialOffer;
type Given = Stripe.ProductCatalog.TrialOfferCreateParams;

/** https://docs.stripe.com/api/product_catalog/trial_offer */
export const trialOffers: DefineModule = (stripe) => ({
  operations: resourceOperations<Offer>(stripe, {
    kind: 'product_catalog.trial_offer',
    path: '/v1/product_catalog/trial_offers',
    create: (params) => {
      const { active = true, duration, end_behavior: end, price } = params as unknown as Given;
      checkRecurring(stripe, price, 'price');
      checkRecurring(stripe, end.transition.price, 'end_behavior[transition][price]');
      if (duration.type === 'relative' && duration.relative === undefined) throw parameterMissing('duration[relative]');
      if (duration.relative && duration.relative.iterations < 1) {
        throw invalidRequest('This value must be greater than or equal to 1.', {
          param: 'duration[relative][iterations]',
        });
      }
      return { active, end_behavior: { transition: end.transition, type: 'transition' } };
    },
    update: () => ({}),
    filters: ['active'],
    where: (offer, { prices }) => prices === undefined || (prices as string[]).includes(idOf(offer.price)!),
  }),
});

function checkRecurring(stripe: Backend, id: string, param: string): void {
  if (stripe.table<Stripe.Price>('price').get(id, param).recurring === null) {
    throw invalidRequest(`The price ${id} is not recurring.`, { param });
  }
}
