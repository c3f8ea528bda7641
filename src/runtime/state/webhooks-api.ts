/** The resources that show, repeat and await the webhooks of extensions, below `/_backlot/webhooks`. */
import { isUtf8 } from 'node:buffer';
import { BacklotError } from '../../api/errors';
import type { Router } from '../../api/gateway';
import type { Delivery, DeliveryFilter, DeliveryState } from '../../api/webhooks';
import type { World } from '../../state';
import { invalid, told, worldOf, type StateView } from './state-request';

const STATES: readonly string[] = ['pending', 'delivered', 'failed', 'dropped'] satisfies DeliveryState[];

/** Adds the resources to a router. It is called for each prefix. */
export function webhooksApi(view: StateView): (router: Router) => void {
  return (router) => {
    router.get(
      '/webhooks',
      told((context) => {
        const world = worldOf(view.host(), context);
        const asked = context.query.get('extension');
        const filter = readFilter(context.query);
        const webhooks = outboxesIn(view, world)
          .filter(([name]) => asked === null || name === asked)
          .flatMap(([name, outbox]) => outbox.list(filter).map((delivery) => shown(name, delivery)));
        return { webhooks };
      }),
    );
    router.post(
      '/webhooks/:id/resend',
      told((context) => {
        const { id } = context.params;
        const [name, outbox] = outboxesIn(view, worldOf(view.host(), context)).find(([, each]) => each.get(id)) ?? [];
        if (name !== undefined && outbox) return shown(name, outbox.resend(id));
        throw new BacklotError('BACKLOT_E_WEBHOOK_NOT_FOUND', `no extension has a delivery ${JSON.stringify(id)} here`);
      }),
    );
    router.post(
      '/webhooks/drain',
      told(async (context) => {
        const world = worldOf(view.host(), context);
        const drained = await Promise.all(
          outboxesIn(view, world).map(async ([name, outbox]) => {
            const { failed, waiting } = await outbox.drain();
            const show = (delivery: Delivery): object => shown(name, delivery);
            return { failed: failed.map(show), waiting: waiting.map(show) };
          }),
        );
        return {
          failed: drained.flatMap(({ failed }) => failed),
          waiting: drained.flatMap(({ waiting }) => waiting),
        };
      }),
    );
  };
}

function outboxesIn(view: StateView, world: World) {
  const owners = new Set(world.owners);
  return [...view.host().outboxes()]
    .filter(([name]) => owners.has(name))
    .map(([name, box]) => [name, box.in(world)] as const);
}

function readFilter(query: URLSearchParams): DeliveryFilter {
  const [url, state] = [query.get('url'), query.get('state')];
  if (state !== null && !STATES.includes(state)) throw invalid(`"state" is one of ${STATES.join(', ')}`);
  return { ...(url === null ? {} : { url }), ...(state === null ? {} : { state: state as DeliveryState }) };
}

function shown(extension: string, { body, created, attempts, nextAttempt, ...delivery }: Delivery): object {
  return {
    extension,
    ...delivery,
    created: new Date(created).toISOString(),
    ...(isUtf8(body) ? { body: body.toString() } : { body_base64: body.toString('base64') }),
    attempts: attempts.map(({ at, ...attempt }) => ({ at: new Date(at).toISOString(), ...attempt })),
    ...(nextAttempt === undefined ? {} : { next_attempt: new Date(nextAttempt).toISOString() }),
  };
}
