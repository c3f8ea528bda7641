/** Terminal: payments in person. https://docs.stripe.com/terminal */
import type { DefineModule } from '../kernel/module';
import { terminalConfigurations } from './configurations';
import { connectionTokens } from './connection-tokens';
import { terminalLocations } from './locations';
import { onboardingLinks } from './onboarding-links';
import { readerInputs } from './reader-inputs';
import { readerPayments } from './reader-payments';
import { terminalReaders } from './readers';

export const terminal: readonly DefineModule[] = [
  connectionTokens,
  onboardingLinks,
  readerInputs,
  readerPayments,
  terminalConfigurations,
  terminalLocations,
  terminalReaders,
];
