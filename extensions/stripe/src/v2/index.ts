import type { DefineModule } from '../kernel/module';
import { meterEvents } from './billing/meter-events';
import { meterSessions } from './billing/meter-sessions';
import { eventDestinations } from './events/destination-operations';
import { events } from './events/event-operations';

/** Every part of version 2 that keeps state. */
export const MODULES_2: readonly DefineModule[] = [eventDestinations, events, meterEvents, meterSessions];
