/** What the page of Checkout asks for besides the payment: places, names, tax ids, and what the shop wants to know. */
import type Stripe from 'stripe';
import { addressFields } from './address-fields';
import type { Problems } from './card-fields';
import { AS_BUSINESS } from './checkout-form';
import { countries } from './countries';
import { html, raw, type Html } from './html';
import { field, select } from './layout';

export function shippingFields(session: Stripe.Checkout.Session, values: URLSearchParams, problems: Problems): Html {
  const allowed = session.shipping_address_collection!.allowed_countries as readonly string[];
  return html`${session.custom_text.shipping_address && html`<p class="small">${session.custom_text.shipping_address.message}</p>`}
  ${addressFields('shipping', 'Shipping address', values, problems, countries(allowed))}`;
}

/** The names that the session collects. */
export function nameFields(
  { name_collection: names }: Stripe.Checkout.Session,
  values: URLSearchParams,
  problems: Problems,
): Html {
  const asked = (name: string, label: string, wish: { enabled: boolean; optional: boolean } | undefined) =>
    wish?.enabled === true &&
    field({
      name,
      label: `${label}${wish.optional ? ' (optional)' : ''}`,
      value: values.get(name),
      problem: problems[name],
    });
  return html`${asked('businessName', 'Business name', names?.business)}
  ${asked('individualName', 'Your name', names?.individual)}`;
}

export function taxFields(session: Stripe.Checkout.Session, values: URLSearchParams, problems: Problems): Html {
  const isOpen = values.has(AS_BUSINESS) || problems['taxId'] !== undefined || problems['businessName'] !== undefined;
  return html`<div class="check">
      <input type="checkbox" id="${AS_BUSINESS}" name="${AS_BUSINESS}" ${isOpen && raw(' checked')} /><label
        for="${AS_BUSINESS}"
        >I'm purchasing as a business</label
      >
    </div>
    <fieldset class="business">
      <legend>Business details</legend>
      ${session.name_collection?.business?.enabled !== true && field({ name: 'businessName', label: 'Business name', value: values.get('businessName'), problem: problems['businessName'] })}
      ${taxIdFields(values, problems)}
    </fieldset>`;
}

/** The fields of a tax ID. */
export function taxIdFields(values: URLSearchParams, problems: Problems): Html {
  return html`<div class="pair">
    ${select({ name: 'taxIdType', label: 'Tax ID type', value: values.get('taxIdType') }, [
      ['eu_vat', 'EU VAT'],
      ['gb_vat', 'GB VAT'],
      ['us_ein', 'US EIN'],
      ['ca_bn', 'CA BN'],
      ['au_abn', 'AU ABN'],
      ['ch_vat', 'CH VAT'],
    ])}
    ${field({ name: 'taxId', label: 'Tax ID', value: values.get('taxId'), problem: problems['taxId'] })}
  </div>`;
}

export function customField(
  each: Stripe.Checkout.Session.CustomField,
  values: URLSearchParams,
  problems: Problems,
): Html {
  const name = `custom-${each.key}`;
  const label = `${each.label.custom ?? each.key}${each.optional ? ' (optional)' : ''}`;
  const value = values.get(name);
  if (each.dropdown) {
    return select({ name, label, value: value ?? each.dropdown.default_value }, [
      ['', 'Select'],
      ...each.dropdown.options.map((option) => [option.value, option.label] as const),
    ]);
  }
  const options = each.numeric ?? each.text;
  return field({
    name,
    label,
    value: value ?? options?.default_value,
    problem: problems[name],
    ...(each.numeric && { inputmode: 'numeric' as const }),
    ...(options?.maximum_length !== null &&
      options?.maximum_length !== undefined && { maxlength: options.maximum_length }),
  });
}
