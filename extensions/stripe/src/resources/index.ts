import type { DefineModule } from '../kernel/module';
import { customers } from './customers';
import { events } from './events';

/** Every part of the API that keeps state. */
export const MODULES: readonly DefineModule[] = [customers, events];
