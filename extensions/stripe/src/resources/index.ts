import type { DefineModule } from '../kernel/module';
import { balance } from '../payments/balance';
import { charges } from '../payments/charge-operations';
import { customerSources } from '../payments/customer-sources';
import { disputes } from '../payments/disputes';
import { paymentIntents } from '../payments/intent-operations';
import { mandates } from '../payments/mandates';
import { payouts } from '../payments/payouts';
import { refunds } from '../payments/refunds';
import { setupIntents } from '../payments/setup-intents';
import { topups } from '../payments/topups';
import { confirmationTokens } from './confirmation-tokens';
import { customers } from './customers';
import { events } from './events';
import { files } from './files';
import { paymentMethods } from './payment-methods';
import { prices } from './prices';
import { products } from './products';
import { sources } from './sources';
import { customerTaxIds } from './tax-ids';
import { tokens } from './tokens';

/** Every part of the API that keeps state. */
export const MODULES: readonly DefineModule[] = [
  balance,
  charges,
  confirmationTokens,
  customers,
  customerSources,
  customerTaxIds,
  disputes,
  events,
  files,
  mandates,
  paymentIntents,
  paymentMethods,
  payouts,
  prices,
  products,
  refunds,
  setupIntents,
  sources,
  tokens,
  topups,
];
