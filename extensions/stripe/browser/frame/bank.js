/** Elements for accounts at banks, and for the choice of a bank. */
import { ibanExample, SEPA } from './checks.js';
import { make } from './dom.js';
import { choose, input, value } from './fields.js';
import { options, say, settings } from './settings.js';

export function iban() {
  const { supportedCountries = ['SEPA'], placeholderCountry = 'DE' } = options;
  const countries = supportedCountries.flatMap((code) => (code === 'SEPA' ? SEPA : [code]));
  const field = input('iban', 'iban', {
    class: 'grow',
    placeholder: ibanExample(placeholderCountry),
    'aria-label': 'IBAN',
    'data-countries': countries.join(' '),
  });
  return {
    content: make('div', { class: 'line' }, field),
    read: () => ({ iban: value('iban').replace(/\s/g, '') }),
  };
}

export function auBankAccount() {
  const number = { placeholder: 'Account number', 'aria-label': 'Account number', inputmode: 'numeric' };
  return {
    content: make(
      'div',
      { class: 'line' },
      input('bsb', 'bsb', { class: 'short', placeholder: 'BSB', 'aria-label': 'BSB', inputmode: 'numeric' }),
      input('accountNumber', 'account', { class: 'grow', ...number }),
    ),
    read: () => ({ bsb_number: value('bsb').replace(/\D/g, ''), account_number: value('accountNumber') }),
  };
}

/** The choice of a bank, of releases of Stripe.js that had an element for it. */
export function bank() {
  const choices = BANKS[settings.type].map((code) => [code, nameOf(code)]);
  const field = choose('bank', 'off', [['', say('Select bank')], ...choices], options.value || '', 'bank');
  field.classList.add('grow');
  field.setAttribute('aria-label', say('Select bank'));
  return {
    content: make('div', { class: 'line' }, field),
    read: () => ({ bank: value('bank') }),
    shown: () => value('bank'),
  };
}

function nameOf(code) {
  return code
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ');
}

/** As the API names them. */
const BANKS = {
  idealBank: [
    'abn_amro', 'asn_bank', 'bunq', 'ing', 'knab', 'n26', 'nn', 'rabobank', 'regiobank', 'revolut', 'sns_bank',
    'triodos_bank', 'van_lanschot', 'yoursafe',
  ],
  epsBank: [
    'arzte_und_apotheker_bank', 'austrian_anadi_bank_ag', 'bank_austria', 'bankhaus_carl_spangler',
    'bankhaus_schelhammer_und_schattera_ag', 'bawag_psk_ag', 'bks_bank_ag', 'brull_kallmus_bank_ag', 'btv_vier_lander_bank',
    'capital_bank_grawe_gruppe_ag', 'dolomitenbank', 'easybank_ag', 'erste_bank_und_sparkassen',
    'hypo_alpeadriabank_international_ag', 'hypo_noe_lb_fur_niederosterreich_u_wien',
    'hypo_oberosterreich_salzburg_steiermark', 'hypo_tirol_bank_ag', 'hypo_vorarlberg_bank_ag',
    'hypo_bank_burgenland_aktiengesellschaft', 'marchfelder_bank', 'oberbank_ag', 'raiffeisen_bankengruppe_osterreich',
    'schoellerbank_ag', 'sparda_bank_wien', 'volksbank_gruppe', 'volkskreditbank_ag', 'vr_bank_braunau',
  ],
  p24Bank: [
    'alior_bank', 'bank_millennium', 'bank_nowy_bfg_sa', 'bank_pekao_sa', 'banki_spbdzielcze', 'blik', 'bnp_paribas', 'boz',
    'citi_handlowy', 'credit_agricole', 'envelobank', 'etransfer_pocztowy24', 'getin_bank', 'ideabank', 'ing', 'inteligo',
    'mbank_mtransfer', 'nest_przelew', 'noble_pay', 'pbac_z_ipko', 'plus_bank', 'santander_przelew24', 'tmobile_usbugi_bankowe',
    'toyota_bank', 'velobank', 'volkswagen_bank',
  ],
  fpxBank: [
    'affin_bank', 'agrobank', 'alliance_bank', 'ambank', 'bank_islam', 'bank_muamalat', 'bank_of_china', 'bank_rakyat', 'bsn',
    'cimb', 'deutsche_bank', 'hong_leong_bank', 'hsbc', 'kfh', 'maybank2e', 'maybank2u', 'ocbc', 'pb_enterprise',
    'public_bank', 'rhb', 'standard_chartered', 'uob',
  ],
}; // prettier-ignore
