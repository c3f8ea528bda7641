/** The Tax ID Element: https://docs.stripe.com/elements/tax-id-element */
import { make } from './dom.js';
import { changed, choose, fields, input, labelled, value } from './fields.js';
import { known, options, say } from './settings.js';

/** Where a country is of the European Union, the number is called by it here, and by the union in the API. */
const UNION = 'AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK'.split(' ');

/** What numbers are called in other countries, as the API names them. */
const OTHERS = {
  AE: 'ae_trn', AU: 'au_abn', BR: 'br_cnpj', CA: 'ca_gst_hst', CH: 'ch_vat', CL: 'cl_tin', EG: 'eg_tin', GB: 'gb_vat',
  IN: 'in_gst', IS: 'is_vat', KE: 'ke_pin', KR: 'kr_brn', LI: 'li_vat', MX: 'mx_rfc', NO: 'no_vat', NZ: 'nz_gst',
  PE: 'pe_ruc', PH: 'ph_tin', RS: 'rs_pib', SA: 'sa_vat', SG: 'sg_gst', TH: 'th_vat', TR: 'tr_tin', TW: 'tw_vat',
  UA: 'ua_vat', UY: 'uy_ruc', ZA: 'za_vat',
}; // prettier-ignore

const TYPES = [...UNION.map((code) => [code, `${code.toLowerCase()}_vat`]), ...Object.entries(OTHERS)].sort(
  ([one], [other]) => one.localeCompare(other),
);

export function taxId() {
  const { defaultValues: given = {}, fields: shown = {}, validation = {}, visibility = 'auto' } = options;
  const isRequired = (name) => ((validation[name] || {}).required === 'always' ? 'required' : 'optional');
  const countryName = new Map(known.countries);
  const choices = TYPES.map(([code, type]) => [
    type,
    `${countryName.get(code) || code} (${type.split('_')[1].toUpperCase()})`,
  ]);
  const type = choose('taxIdType', 'off', choices, given.taxIdType || 'de_vat');
  const business =
    shown.businessName === 'never'
      ? undefined
      : labelled(
          'Business name',
          input('businessName', isRequired('businessName'), {
            autocomplete: 'organization',
            value: given.businessName,
          }),
          true,
        );
  const number = labelled('Tax ID', input('taxId', isRequired('taxId'), { value: given.taxId }));
  const content = make('div', { class: 'form' }, ...[business, labelled('Tax ID type', type), number].filter(Boolean));
  const isVisible = () => !content.hidden;
  /** Where nothing else is said, a number is asked for where the address is in a country that has one. */
  const follow = (country) => {
    const ofCountry = TYPES.find(([code]) => code === country);
    if (ofCountry && !given.taxIdType) type.value = ofCountry[1];
    content.hidden =
      visibility === 'never' || (visibility === 'auto' && country !== undefined && ofCountry === undefined);
  };
  follow(undefined);
  const read = () => {
    const chosen = value('taxIdType');
    const country = chosen.slice(0, 2).toUpperCase();
    return {
      businessName: value('businessName'),
      taxId: value('taxId'),
      taxIdType: chosen,
      externalTaxIdType: UNION.includes(country) && chosen.endsWith('_vat') ? 'eu_vat' : chosen,
    };
  };
  return {
    content,
    read,
    shown: read,
    isVisible,
    follows: (country) => {
      follow(country);
      changed();
    },
    /** A business without a number, or a number without a business, is not complete. */
    missing: () => {
      if (!isVisible() || (value('taxId') === '') === (value('businessName') === '' || !fields.has('businessName')))
        return undefined;
      return value('taxId') === '' ? ['incomplete_tax_id', say('Your tax ID is incomplete.')] : undefined;
    },
  };
}
