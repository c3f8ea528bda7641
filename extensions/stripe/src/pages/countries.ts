/** The countries that buyers choose among, the usual ones first. */
const CODES =
  'US GB CA AU DE FR ES IT NL AT BE BG BR CH CN CY CZ DK EE FI GR HK HR HU IE IN JP KR LT LU LV MT MX MY NO NZ PL PT RO SE SG SI SK TH ZA';

const names = new Intl.DisplayNames(['en'], { type: 'region' });

/** Codes and names of countries; only those in `allowed` where it is given. */
export function countries(allowed?: readonly string[]): (readonly [string, string])[] {
  return (allowed ?? CODES.split(' ')).map((code) => [code, nameOf(code)] as const);
}

function nameOf(code: string): string {
  try {
    return names.of(code) ?? code;
  } catch {
    return code;
  }
}
