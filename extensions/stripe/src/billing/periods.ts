/** When billing periods begin and end: https://docs.stripe.com/billing/subscriptions/billing-cycle. Times are seconds since 1970, in UTC. */

/** How often something recurs: `recurring` of a price. */
export interface Recurring {
  readonly interval: string;
  readonly interval_count: number;
}

export interface Period {
  readonly start: number;
  readonly end: number;
}

/** `billing_cycle_anchor_config`. */
export interface AnchorConfig {
  readonly day_of_month: number;
  readonly hour?: number | null;
  readonly minute?: number | null;
  readonly month?: number | null;
  readonly second?: number | null;
}

export const HOUR = 3600;
export const DAY = 24 * HOUR;

const SECONDS: Readonly<Record<string, number>> = { day: DAY, week: 7 * DAY };
const MONTHS: Readonly<Record<string, number>> = { month: 1, year: 12 };
/** The shortest that a month is. */
const SHORTEST_MONTH = 28 * DAY;

/**
 * The time that is `count` intervals from an anchor. Months end on their last day: a month from 31 January is 28 or 29
 * February, two are 31 March. `dayOfMonth` is the day that was asked for where the anchor itself is at the end of a short month.
 */
export function addIntervals(anchor: number, recurring: Recurring, count: number, dayOfMonth?: number): number {
  const steps = count * recurring.interval_count;
  const seconds = SECONDS[recurring.interval];
  if (seconds !== undefined) return anchor + steps * seconds;
  return addMonths(anchor, steps * (MONTHS[recurring.interval] ?? 1), dayOfMonth);
}

/** The period that a time is in: it begins at or before it. Periods repeat from the anchor in both directions. */
export function nextPeriod(anchor: number, recurring: Recurring, from: number, dayOfMonth?: number): Period {
  let count = Math.floor((from - anchor) / lengthOf(recurring));
  const at = (steps: number): number => addIntervals(anchor, recurring, steps, dayOfMonth);
  while (at(count) > from) count -= 1;
  while (at(count + 1) <= from) count += 1;
  return { start: at(count), end: at(count + 1) };
}

/** How many whole intervals lie between an anchor and a later time that is one of its own. */
export function intervalsBetween(anchor: number, recurring: Recurring, until: number): number {
  let count = Math.floor((until - anchor) / lengthOf(recurring));
  while (addIntervals(anchor, recurring, count) > until) count -= 1;
  return count;
}

/** The first time at or after `from` that a configuration of the anchor names. What it leaves out is taken from `from`. */
export function anchorOf(config: AnchorConfig, from: number): number {
  const date = new Date(from * 1000);
  const { hour, minute, second, month } = config;
  const clock = hour ?? minute ?? second;
  const time =
    clock === null || clock === undefined
      ? [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()]
      : [hour ?? 0, minute ?? 0, second ?? 0];
  for (let ahead = 0; ; ahead += 1) {
    const first = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + ahead, 1));
    const [year, index] = [first.getUTCFullYear(), first.getUTCMonth()];
    if (month !== null && month !== undefined && index !== month - 1) continue;
    const day = Math.min(config.day_of_month, daysIn(year, index));
    const at = Date.UTC(year, index, day, time[0], time[1], time[2]) / 1000;
    if (at >= from) return at;
  }
}

/** About how long an interval is, and never longer than it is: what compares intervals. */
export function lengthOf({ interval, interval_count: count }: Recurring): number {
  return count * (SECONDS[interval] ?? (MONTHS[interval] ?? 1) * SHORTEST_MONTH);
}

/** Whether an interval is another one several times. Months have no fixed number of weeks, but of days. */
export function isMultipleOf(longer: Recurring, shorter: Recurring): boolean {
  const days = (each: Recurring): number | undefined => {
    const seconds = SECONDS[each.interval];
    return seconds && (seconds / DAY) * each.interval_count;
  };
  const months = ({ interval, interval_count: count }: Recurring): number => count * (MONTHS[interval] ?? 1);
  const [long, short] = [days(longer), days(shorter)];
  if (short === 1) return true;
  if ((long === undefined) !== (short === undefined)) return false;
  return long === undefined ? months(longer) % months(shorter) === 0 : long % short! === 0;
}

function addMonths(anchor: number, months: number, dayOfMonth?: number): number {
  const date = new Date(anchor * 1000);
  const first = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1));
  const day = Math.min(dayOfMonth ?? date.getUTCDate(), daysIn(first.getUTCFullYear(), first.getUTCMonth()));
  first.setUTCDate(day);
  first.setUTCHours(date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds());
  return Math.floor(first.getTime() / 1000);
}

function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
}
