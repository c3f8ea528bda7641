/** The resources that show, reset, save and restore what extensions keep, below `/_backlot/state`. */
import type { Router } from '../../api/gateway';
import type { StateHost, World } from '../../state';
import { isExport, readState } from './export-api';
import { ownersAsked, readOptions, told, worldOf, type StateView } from './state-request';

/** Adds the resources to a router. It is called for each prefix. */
export function stateApi(view: StateView): (router: Router) => void {
  return (router) => {
    router.get(
      '/state',
      told((context) => describe(view, worldOf(view.host(), context))),
    );
    router.post(
      '/state/reset',
      told(async (context) => {
        const world = worldOf(view.host(), context);
        const { extensions } = await readOptions(context, ['extensions']);
        const owners = ownersAsked(view, world, extensions);
        const names = owners ?? view.host().ownersIn(world);
        await view.host().reset(world, owners);
        return { reset: names };
      }),
    );
    router.get('/state/snapshots', () => ({ snapshots: view.host().worlds.snapshots().map(shown) }));
    router.put(
      '/state/snapshots/:name',
      told(async (context) => {
        if (isExport(context.request)) {
          const { state } = await readState(view, context);
          return shown(view.host().worlds.addSnapshot(context.params.name, state));
        }
        const world = worldOf(view.host(), context);
        const { extensions } = await readOptions(context, ['extensions']);
        const owners = ownersAsked(view, world, extensions);
        return shown(view.host().worlds.save(context.params.name, { world, ...(owners ? { owners } : {}) }));
      }),
    );
    router.post(
      '/state/snapshots/:name/restore',
      told(async (context) => {
        const world = worldOf(view.host(), context);
        const { extensions } = await readOptions(context, ['extensions']);
        await view.host().restore(context.params.name, world, ownersAsked(view, world, extensions));
        return { restored: context.params.name };
      }),
    );
    router.delete(
      '/state/snapshots/:name',
      told(({ params, response }) => {
        const deleted = view.host().worlds.deleteSnapshot(params.name);
        if (!deleted) view.host().worlds.imagesOf(params.name);
        response.statusCode = 204;
      }),
    );
  };
}

function describe(view: StateView, world: World): object {
  const extensions = view
    .host()
    .ownersIn(world)
    .map((name) => ({
      name,
      collections: world
        .store(name)
        .tables.map((table) => ({ name: table.name, records: table.size }))
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
    }));
  return { persistence: view.isKept, sandbox: world.name === '' ? null : world.name, extensions };
}

function shown({ name, made, owners, partial }: ReturnType<StateHost['worlds']['save']>): object {
  const extensions = owners.filter((owner) => !owner.startsWith('@'));
  return { name, made: new Date(made).toISOString(), extensions, partial };
}
