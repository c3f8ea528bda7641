import type { RawHash } from '../parameters/form';
import type { Change } from '../versions/changes';

const FORMER_UI_MODES: Readonly<Record<string, string>> = {
  elements: 'custom',
  embedded_page: 'embedded',
  hosted_page: 'hosted',
};

const UI_MODES_NOW = Object.fromEntries(Object.entries(FORMER_UI_MODES).map(([now, former]) => [former, now]));

/** https://docs.stripe.com/changelog/dahlia/2026-03-25/updates-available-checkout-session-ui-modes */
export const checkoutUiModes: Change = {
  since: '2026-03-25',
  render: (object) => {
    if (object['object'] !== 'checkout.session') return object;
    const mode = String(object['ui_mode']);
    return { ...object, ui_mode: FORMER_UI_MODES[mode] ?? object['ui_mode'] };
  },
  translate: {
    'POST /v1/checkout/sessions': (given: RawHash): RawHash => {
      const { ui_mode: mode } = given;
      const now = typeof mode === 'string' ? UI_MODES_NOW[mode] : undefined;
      return now === undefined ? given : { ...given, ui_mode: now };
    },
  },
};

/** https://docs.stripe.com/changelog/basil: it went into `collected_information`. */
export const checkoutShipping: Change = {
  since: '2025-03-31',
  render: (object) => {
    if (object['object'] !== 'checkout.session') return object;
    const collected = object['collected_information'] as { readonly shipping_details?: object | null } | null;
    return { ...object, shipping_details: collected?.shipping_details ?? null };
  },
};
