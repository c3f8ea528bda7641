import { DAY } from './periods';

/** How long a draft can be changed before it is finalized by itself. */
export const DRAFT_TIME = 3600;
/** How long before a period ends the next invoice is announced. */
export const ANNOUNCED_BEFORE = 7 * DAY;
/** How long before it is due an invoice that was sent is brought to mind. */
export const REMINDED_BEFORE = 3 * DAY;
