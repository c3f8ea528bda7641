import type { DefineModule } from '../../kernel/module';
import type { ListParams } from '../../kernel/table';
import { isWanted } from '../../webhooks/event-types';
import { invalidFields, notFound } from '../kernel/errors';
import { pageOf, pagesOf } from '../kernel/page';
import { keptEvents } from './kept-events';
import { isNotificationType, keptIds, keptType, notificationOf } from './notification';

const MOST_TYPES = 20;

interface ListGiven {
  readonly created?: ListParams['created'];
  readonly object_id?: string;
  readonly types?: readonly string[];
}

/** https://docs.stripe.com/api/v2/core/events */
export const events: DefineModule = (stripe) => {
  const table = keptEvents(stripe);
  return {
    operations: {
      'GET /v2/core/events/{id}': ({ path }) => {
        const id = path['id']!;
        for (const each of keptIds(id)) {
          const event = table.find(each);
          const shown = event && notificationOf(event);
          if (shown) return shown;
        }
        throw notFound('event', id);
      },
      'GET /v2/core/events': (call) => {
        const { created, object_id: object, types } = call.params as ListGiven;
        checkTypes(types);
        const [only] = types?.length === 1 ? types : [];
        const pages = pagesOf(table, {
          by: { type: only === undefined ? undefined : keptType(only) },
          where: (event) => {
            const shown = notificationOf(event);
            return (
              shown !== undefined &&
              (object === undefined || shown.related_object?.id === object) &&
              (types === undefined || isWanted(shown.type, types))
            );
          },
        });
        return pageOf(call, pages, (event) => notificationOf(event)!, created);
      },
    },
  };
};

function checkTypes(types: readonly string[] = []): void {
  if (types.length > MOST_TYPES) throw invalidFields(`types can have up to ${MOST_TYPES} elements.`, 'types');
  const unknown = types.find((type) => !isNotificationType(type));
  if (unknown !== undefined) throw invalidFields(`Unknown event type: ${unknown}`, 'types');
}
