import type { DefineModule } from '../kernel/module';
import { accountEvents } from './accounts/account-events';
import { accountLinks2 } from './accounts/account-links';
import { accounts } from './accounts/account-operations';
import { persons } from './accounts/person-operations';
import { tokens } from './accounts/tokens';
import { meterEvents } from './billing/meter-events';
import { meterSessions } from './billing/meter-sessions';
import { eventDestinations } from './events/destination-operations';
import { events } from './events/event-operations';

/** Every part of version 2 that keeps state. */
export const MODULES_2: readonly DefineModule[] = [
  accountEvents,
  accountLinks2,
  accounts,
  eventDestinations,
  events,
  meterEvents,
  meterSessions,
  persons,
  tokens,
];
