import { paymentLinks } from '../checkout/payment-links';
import { portalConfigurations } from '../checkout/portal-configurations';
import { portalSessions } from '../checkout/portal-sessions';
import { checkoutSessions } from '../checkout/sessions';
import { shippingRates } from '../checkout/shipping-rates';
import type { DefineModule } from '../kernel/module';
import { customers } from './customers';
import { events } from './events';

/** Every part of the API that keeps state. */
export const MODULES: readonly DefineModule[] = [
  checkoutSessions,
  customers,
  events,
  paymentLinks,
  portalConfigurations,
  portalSessions,
  shippingRates,
];
