/** The resources that show and change the clock of a world, below `/_backlot/clock`. */
import type { Router } from '../../api/gateway';
import type { WorldClock } from '../../state';
import { readClock } from './sandboxes-api';
import { invalid, readOptions, told, worldOf, type StateView } from './state-request';
import { parseNumber, parseSpan, parseTime } from './times';

const SPANS = ['milliseconds', 'seconds', 'to', 'by'];

/** Adds the resources to a router. It is called for each prefix. */
export function clockApi(view: StateView): (router: Router) => void {
  return (router) => {
    router.get(
      '/clock',
      told((context) => describe(view.host().clocks.of(worldOf(view.host(), context)))),
    );
    router.put(
      '/clock',
      told(async (context) => {
        const world = worldOf(view.host(), context);
        const clock = view.host().clocks.of(world);
        const wanted = await readOptions(context, ['now', 'frozen']);
        if (wanted.now === 'real') {
          clock.showRealTime();
          if (wanted.frozen === true) clock.freeze();
        } else {
          view.host().sandboxes.setClock(world, readClock(wanted));
        }
        return describe(clock);
      }),
    );
    router.post(
      '/clock/advance',
      told(async (context) => {
        const clock = view.host().clocks.of(worldOf(view.host(), context));
        const { ran } = await clock.advance(spanOf(await readOptions(context, SPANS), clock));
        return { ...describe(clock), ran };
      }),
    );
  };
}

function spanOf(asked: Record<string, unknown>, clock: WorldClock): number {
  const [key, ...more] = Object.keys(asked);
  if (key === undefined || more.length > 0) throw invalid(`say how far, by one of ${SPANS.join(', ')}`);
  const value = asked[key];
  if (key === 'milliseconds') return parseNumber(value, key);
  if (key === 'seconds') return Math.round(parseNumber(value, key) * 1000);
  return key === 'to' ? parseTime(value, key) - clock.now() : parseSpan(value, key);
}

function describe(clock: WorldClock): { now: number; iso: string; frozen: boolean } {
  const now = clock.now();
  return { now, iso: new Date(now).toISOString(), frozen: clock.isFrozen };
}
