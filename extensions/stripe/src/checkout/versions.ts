import type { Change } from '../versions/changes';

const FORMER_UI_MODES: Readonly<Record<string, string>> = {
  elements: 'custom',
  embedded_page: 'embedded',
  hosted_page: 'hosted',
};

/** https://docs.stripe.com/changelog/dahlia/2026-03-25/updates-available-checkout-session-ui-modes */
export const checkoutUiModes: Change = {
  since: '2026-03-25',
  render: (object) => {
    if (object['object'] !== 'checkout.session') return object;
    const mode = String(object['ui_mode']);
    return { ...object, ui_mode: FORMER_UI_MODES[mode] ?? object['ui_mode'] };
  },
};
