import { addressLabels, countries, firstCountry, NEEDS_POSTAL_CODE, STATELESS, STATES } from './countries';
import { html, inScript, raw, type Html } from './html';
import { say } from './language';
import { field, select } from './layout';
import type { Problems } from './card-fields';

type Prefix = 'billing' | 'shipping';

/** The fields of an address; their names begin with `billing` or `shipping`, as on Stripe's page. */
export function addressFields(
  prefix: Prefix,
  legend: string,
  values: URLSearchParams,
  problems: Problems,
  among: readonly (readonly [string, string])[] = countries(),
): Html {
  const country = values.get(`${prefix}Country`) ?? firstCountry(among);
  const of = (name: string, autocomplete: string) => ({
    name: `${prefix}${name}`,
    value: values.get(`${prefix}${name}`),
    problem: problems[`${prefix}${name}`],
    autocomplete: `${prefix} ${autocomplete}`,
  });
  return html`<fieldset>
    <legend>${say(legend)}</legend>
    ${prefix === 'shipping' && field({ ...of('Name', 'name'), label: 'Full name' })}
    ${select({ name: `${prefix}Country`, label: 'Country or region', value: country }, among)}
    ${field({ ...of('AddressLine1', 'address-line1'), label: 'Address line 1' })}
    ${field({ ...of('AddressLine2', 'address-line2'), label: 'Address line 2' })}
    <div class="pair">
      ${field({ ...of('Locality', 'address-level2'), label: 'City' })}
      ${stateField({ ...of('AdministrativeArea', 'address-level1'), label: addressLabels(country).state }, country)}
    </div>
    ${field({ ...of('PostalCode', 'postal-code'), label: addressLabels(country).postalCode })}
  </fieldset>`;
}

/** A choice where the states of a country are known, nothing to see where it has none. */
function stateField(options: Parameters<typeof field>[0], country: string | undefined): Html {
  const states = country === undefined ? undefined : STATES[country];
  if (states) return select(options, [['', 'Select'], ...states]);
  return html`<div ${STATELESS.includes(country ?? '') && raw(' hidden')}>${field(options)}</div>`;
}

/** The country of a card, and its postal code where it has one. */
export function cardPlaceFields(values: URLSearchParams, problems: Problems): Html {
  const country = values.get('billingCountry') ?? 'US';
  const label = addressLabels(country).postalCode;
  return html`<div class="pair billing-address">
    ${select({ name: 'billingCountry', label: 'Country or region', value: country }, countries())}
    <div data-only-where-needed ${!NEEDS_POSTAL_CODE.includes(country) && raw(' hidden')}>
      ${field({ name: 'billingPostalCode', label, placeholder: label, value: values.get('billingPostalCode'), problem: problems['billingPostalCode'], autocomplete: 'billing postal-code' })}
    </div>
  </div>`;
}

const LABELS = Object.fromEntries(['US', 'PR', 'CA'].map((country) => [country, addressLabels(country)]));

/** Lets the fields of an address follow its country. Without it they stay as they are, and anything may be filled in. */
export const ADDRESS_SCRIPT: Html = html` const places =
${inScript({ states: STATES, stateless: STATELESS, needsPostalCode: NEEDS_POSTAL_CODE, labels: LABELS, other: addressLabels('GB') })};
${raw(`
addEventListener('change', ({ target }) => {
  const [, prefix] = /^(billing|shipping)Country$/.exec(target.id || '') || [];
  if (!prefix) return;
  const country = target.value;
  const labels = places.labels[country] || places.other;
  const code = document.getElementById(prefix + 'PostalCode');
  if (code) {
    code.labels[0].textContent = labels.postalCode;
    const wrapper = code.closest('[data-only-where-needed]');
    if (wrapper) {
      wrapper.hidden = !places.needsPostalCode.includes(country);
      code.placeholder = labels.postalCode;
    }
  }
  const old = document.getElementById(prefix + 'AdministrativeArea');
  if (!old) return;
  const states = places.states[country];
  const fresh = document.createElement(states ? 'select' : 'input');
  fresh.id = fresh.name = old.id;
  if (states) for (const [value, text] of [['', 'Select'], ...states]) fresh.add(new Option(text, value));
  else fresh.type = 'text';
  const field = old.closest('.field');
  old.labels[0].textContent = labels.state;
  old.replaceWith(fresh);
  (field.parentElement.matches('.pair') ? field : field.parentElement).hidden = places.stateless.includes(country);
  field.hidden = places.stateless.includes(country);
});
`)}`;
