import { commandLineSessions } from '../cli/sessions';
import type { DefineModule } from '../kernel/module';
import { webhookEndpoints } from '../webhooks/endpoints';
import { customers } from './customers';
import { events } from './events';

/** Every part of the API that keeps state. */
export const MODULES: readonly DefineModule[] = [commandLineSessions, customers, events, webhookEndpoints];
