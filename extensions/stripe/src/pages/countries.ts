/** The countries that buyers choose among. */
import { regionName } from '../parameters/country';

const CODES =
  'AF AX AL DZ AD AO AI AQ AG AR AM AW AU AT AZ BS BH BD BB BY BE BZ BJ BM BT BO BA BW BV BR IO VG BN BG BF BI KH CM CA CV BQ KY CF TD CL CN CO KM CG CD CK CR CI HR CW CY CZ DK DJ DM DO EC EG SV GQ ER EE SZ ET FK FO FJ FI FR GF PF TF GA GM GE DE GH GI GR GL GD GP GU GT GG GN GW GY HT HN HK HU IS IN ID IQ IE IM IL IT JM JP JE JO KZ KE KI XK KW KG LA LV LB LS LR LY LI LT LU MO MG MW MY MV ML MT MQ MR MU YT MX MD MC MN ME MS MA MZ MM NA NR NP NL NC NZ NI NE NG NU MK NO OM PK PS PA PG PY PE PH PN PL PT PR QA RE RO RU RW WS SM ST SA SN RS SC SL SG SX SK SI SB SO ZA GS KR SS ES LK BL SH KN LC MF PM VC SR SJ SE CH TW TJ TZ TH TL TG TK TO TT TA TN TR TM TC TV UG UA AE GB US UY UZ VU VA VE VN WF EH YE ZM ZW';

/** Codes and names of countries in the order of their names; only those in `allowed` where it is given. */
export function countries(allowed?: readonly string[]): (readonly [string, string])[] {
  return (allowed ?? CODES.split(' '))
    .map((code) => [code, nameOf(code)] as const)
    .sort(([, one], [, other]) => one.localeCompare(other, 'en'));
}

function nameOf(code: string): string {
  try {
    return regionName(code) ?? code;
  } catch {
    return code;
  }
}

/** Which country a page begins with: the United States where buyers may choose them, else the first. */
export function firstCountry(among: readonly (readonly [string, string])[]): string | undefined {
  return among.some(([code]) => code === 'US') ? 'US' : among[0]?.[0];
}

/** Where a card is paid with its postal code. */
export const NEEDS_POSTAL_CODE = ['US', 'PR', 'CA', 'GB'];

/** Countries whose businesses have numbers that the page takes. */
export const HAS_TAX_IDS =
  'AT AU BE BG CA CH CY CZ DE DK EE ES FI FR GB GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK'.split(' ');

/** Countries whose addresses name no state. */
export const STATELESS =
  'AT BE BG CH CY CZ DE DK EE FI FR GB GR HR HU IS LI LT LU LV MC MT NL NO NZ PL PT RO SE SG SI SK'.split(' ');

/** Codes and names of the states of countries whose addresses are made of them. */
export const STATES: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  AU: pairs(
    'ACT Australian Capital Territory|NSW New South Wales|NT Northern Territory|QLD Queensland|SA South Australia|TAS Tasmania|VIC Victoria|WA Western Australia',
  ),
  CA: pairs(
    'AB Alberta|BC British Columbia|MB Manitoba|NB New Brunswick|NL Newfoundland and Labrador|NT Northwest Territories|NS Nova Scotia|NU Nunavut|ON Ontario|PE Prince Edward Island|QC Quebec|SK Saskatchewan|YT Yukon',
  ),
  US: pairs(
    'AL Alabama|AK Alaska|AS American Samoa|AZ Arizona|AR Arkansas|AA Armed Forces (AA)|AE Armed Forces (AE)|AP Armed Forces (AP)|CA California|CO Colorado|CT Connecticut|DE Delaware|DC District of Columbia|FL Florida|GA Georgia|GU Guam|HI Hawaii|ID Idaho|IL Illinois|IN Indiana|IA Iowa|KS Kansas|KY Kentucky|LA Louisiana|ME Maine|MH Marshall Islands|MD Maryland|MA Massachusetts|MI Michigan|FM Micronesia|MN Minnesota|MS Mississippi|MO Missouri|MT Montana|NE Nebraska|NV Nevada|NH New Hampshire|NJ New Jersey|NM New Mexico|NY New York|NC North Carolina|ND North Dakota|MP Northern Mariana Islands|OH Ohio|OK Oklahoma|OR Oregon|PW Palau|PA Pennsylvania|PR Puerto Rico|RI Rhode Island|SC South Carolina|SD South Dakota|TN Tennessee|TX Texas|UT Utah|VT Vermont|VI Virgin Islands|VA Virginia|WA Washington|WV West Virginia|WI Wisconsin|WY Wyoming',
  ),
};

function pairs(text: string): (readonly [string, string])[] {
  return text.split('|').map((each) => {
    const [code = ''] = each.split(' ');
    return [code, each.slice(code.length + 1)] as const;
  });
}

/** What the fields of an address are called in a country. */
export function addressLabels(country: string | undefined): { readonly state: string; readonly postalCode: string } {
  return {
    state: country === 'CA' ? 'Province' : 'State',
    postalCode: country === undefined || country === 'US' || country === 'PR' ? 'ZIP' : 'Postal code',
  };
}
