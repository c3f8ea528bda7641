/** Issuing: cards of one's own. https://docs.stripe.com/issuing */
import type { DefineModule } from '../kernel/module';
import { issuingAuthorizations } from './authorizations';
import { cardShipping } from './card-shipping';
import { issuingCardholders } from './cardholders';
import { issuingCards } from './cards';
import { issuingDesigns } from './designs';
import { issuingDisputes } from './disputes';
import { issuingFunding } from './funding';
import { issuingTokens } from './tokens';
import { issuingTransactions } from './transactions';

export const issuing: readonly DefineModule[] = [
  cardShipping,
  issuingAuthorizations,
  issuingCardholders,
  issuingCards,
  issuingDesigns,
  issuingDisputes,
  issuingFunding,
  issuingTokens,
  issuingTransactions,
];
