/** The resources that show, make and delete sandboxes, below `/_backlot/sandboxes`. */
import { BacklotError } from '../../api/errors';
import type { Router } from '../../api/gateway';
import { didYouMean } from '../../api/nearest';
import type { SandboxOptions, World } from '../../state';
import { invalid, objectWith, readOptions, told, type StateView } from './state-request';
import { parseNumber, parseTime } from './times';

const KEYS = ['from', 'ids', 'clock', 'ttl'];

/** Adds the resources to a router. It is called for each prefix. */
export function sandboxesApi(view: StateView): (router: Router) => void {
  return (router) => {
    router.get('/sandboxes', () => ({ sandboxes: view.host().sandboxes.all.map((world) => describe(view, world)) }));
    router.get(
      '/sandboxes/:name',
      told(({ params }) => describe(view, find(view, params.name))),
    );
    router.put(
      '/sandboxes/:name',
      told(async (context) => {
        const { name } = context.params;
        const { from, ...options } = await readSandbox(context);
        const known = sandboxOf(view, name);
        if (known && from !== undefined && known.from !== from) {
          throw new BacklotError('BACKLOT_E_SANDBOX_EXISTS', `the sandbox "${name}" is there, made of something else`);
        }
        const world = known ?? view.host().sandboxes.open(name, from);
        if (Object.keys(options).length > 0) view.host().sandboxes.configure(world, options);
        context.response.statusCode = known ? 200 : 201;
        return describe(view, world);
      }),
    );
    router.delete(
      '/sandboxes/:name',
      told(async ({ params, response }) => {
        find(view, params.name);
        await view.host().delete(params.name);
        response.statusCode = 204;
      }),
    );
  };
}

function sandboxOf(view: StateView, name: string): World | undefined {
  const host = view.host();
  const world = host.worlds.get(name);
  return world === host.worlds.base ? undefined : world;
}

function find(view: StateView, name: string): World {
  const world = sandboxOf(view, name);
  if (world) return world;
  const suggestion = didYouMean(
    name,
    view.host().sandboxes.all.map((each) => each.name),
  );
  throw new BacklotError('BACKLOT_E_SANDBOX_NOT_FOUND', `there is no sandbox "${name}"${suggestion}`);
}

async function readSandbox(context: Parameters<typeof readOptions>[0]): Promise<SandboxOptions & { from?: string }> {
  const { from, ids, clock, ttl } = await readOptions(context, KEYS);
  if (from !== undefined && typeof from !== 'string') throw invalid('"from" is the name of a snapshot');
  return {
    ...(from === undefined ? {} : { from }),
    ...(ids === undefined ? {} : { ids: readIds(ids) }),
    ...(clock === undefined ? {} : { clock: readClock(clock) }),
    ...(ttl === undefined ? {} : { ttl: parseNumber(ttl, 'ttl') * 1000 }),
  };
}

function readIds(value: unknown): NonNullable<SandboxOptions['ids']> {
  const { seed } = objectWith(value, ['seed'], '"ids"');
  if (seed === undefined || seed === null) return {};
  if (typeof seed === 'string' || typeof seed === 'number') return { seed: String(seed) };
  throw invalid('"seed" is a text or a number');
}

/** How a clock is to be set. Throws BACKLOT_E_REQUEST_INVALID. */
export function readClock(value: unknown): NonNullable<SandboxOptions['clock']> {
  const { now, frozen } = objectWith(value, ['now', 'frozen'], '"clock"');
  if (frozen !== undefined && typeof frozen !== 'boolean') throw invalid('"frozen" is true or false');
  return {
    ...(now === undefined ? {} : { now: parseTime(now, 'now') }),
    ...(frozen === undefined ? {} : { frozen }),
  };
}

function describe(view: StateView, world: World): object {
  const host = view.host();
  const { counts, made, lastUsed, from } = world.info();
  const { ids } = host.sandboxes.optionsOf(world);
  const clock = host.clocks.of(world);
  return {
    name: world.name,
    from: from ?? null,
    made: new Date(made).toISOString(),
    last_used: new Date(lastUsed).toISOString(),
    ttl: host.sandboxes.idleTimeOf(world) / 1000,
    clock: { now: new Date(clock.now()).toISOString(), frozen: clock.isFrozen },
    ids: { seed: ids?.seed ?? null },
    records: Object.fromEntries(Object.entries(counts).filter(([owner]) => !owner.startsWith('@'))),
  };
}
