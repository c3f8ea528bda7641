/** How the page of a session looks: https://docs.stripe.com/payments/checkout/customization/appearance. */
import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import { checkColor } from '../parameters/color';
import { businessName } from '../connect/business-name';

type Given = Stripe.Checkout.SessionCreateParams.BrandingSettings;

const LOOK = { background_color: '#ffffff', border_style: 'rounded', button_color: '#0074d4', font_family: 'default' };

/** The looks of a new session: what a client gave, then what is usual. Throws for what is no color, and for a logo beside an icon. */
export function brandingOf(stripe: Backend, given: Given = {}): Stripe.Checkout.Session.BrandingSettings {
  if (given.icon !== undefined && given.logo !== undefined) {
    throw invalidRequest('You may only specify one of these parameters: icon, logo.', { param: 'branding_settings' });
  }
  for (const name of ['background_color', 'button_color'] as const) {
    checkColor(given[name], `branding_settings[${name}]`);
  }
  return {
    ...LOOK,
    display_name: businessName(stripe),
    icon: null,
    logo: null,
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== '')),
  };
}
