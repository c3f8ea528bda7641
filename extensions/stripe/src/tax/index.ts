import type { DefineModule } from '../kernel/module';
import { taxAssociations } from './associations';
import { taxCalculations } from './calculations';
import { taxCodes } from './tax-codes';
import { taxLocations } from './tax-locations';
import { taxTransactions } from './transactions';

/** Everything below `/v1/tax` but the settings, and the tax codes. */
export const TAX: readonly DefineModule[] = [taxAssociations, taxCalculations, taxCodes, taxLocations, taxTransactions];
