import type { DefineModule } from '../kernel/module';
import { financialAccounts } from './financial-accounts';
import { inboundTransfers } from './inbound-transfers';
import { outboundFlows } from './outbound-operations';
import { receivedFlows } from './received-operations';
import { treasuryReversals } from './reversals';
import { treasuryTransactions } from './transactions';

/** Everything below `/v1/treasury`, and what tests do to it. */
export const TREASURY: readonly DefineModule[] = [
  financialAccounts,
  inboundTransfers,
  outboundFlows,
  receivedFlows,
  treasuryReversals,
  treasuryTransactions,
];
