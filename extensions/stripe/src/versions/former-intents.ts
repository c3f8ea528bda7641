import type { RawHash } from '../parameters/form';
import type { Change, Fields } from './changes';
import { renamed } from './raw-lists';

const STATES: Readonly<Record<string, string>> = {
  requires_action: 'requires_source_action',
  requires_payment_method: 'requires_source',
};
const ACTIONS: Readonly<Record<string, string>> = {
  redirect_to_url: 'authorize_with_url',
};

const withTypes = (given: RawHash): RawHash => renamed(given, 'allowed_source_types', 'payment_method_types');

/** https://docs.stripe.com/changelog/2019-02-11: payment intents were for sources. */
export const sourceIntents: Change = {
  since: '2019-02-11',
  render: (object) => (object['object'] === 'payment_intent' ? forSources(object) : object),
  translate: {
    'POST /v1/payment_intents': withTypes,
    'POST /v1/payment_intents/{payment_intent}': withTypes,
  },
};

function forSources({ next_action: action, payment_method_types: types, status, ...rest }: Fields): Fields {
  return {
    ...rest,
    allowed_source_types: types,
    next_source_action: renderAction(action as Fields | null),
    status: STATES[String(status)] ?? status,
  };
}

function renderAction(action: Fields | null): Fields | null {
  if (action === null) return null;
  const type = String(action['type']);
  const former = ACTIONS[type];
  return former === undefined ? action : { ...renamed(action, type, former), type: former };
}
