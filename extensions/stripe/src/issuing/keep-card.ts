import type { Backend } from '../kernel/backend';
import { authorizationTable, type Card } from './tables';

/** Shows a card as it is now in its authorizations, which have it in them. */
export function keepCard(stripe: Backend, card: Card): void {
  const table = authorizationTable(stripe);
  for (const { id } of [...table.values({ by: { card: card.id } })]) table.update(id, { card });
}
