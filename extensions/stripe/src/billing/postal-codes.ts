/** Which state or province a postal code is in: customers often give no more. */

/** The states by the first three digits, from one to the other. A later range goes before an earlier one that it lies in. */
const UNITED_STATES: readonly (readonly [from: number, to: number, state: string])[] = (
  'NY5-5 MA10-27 RI28-29 NH30-38 ME39-49 VT50-59 MA55-55 CT60-69 NJ70-89 NY100-149 PA150-196 DE197-199 DC200-205 VA201-201 ' +
  'MD206-219 VA220-246 WV247-268 NC270-289 SC290-299 GA300-319 FL320-349 AL350-369 TN370-385 MS386-397 GA398-399 KY400-427 ' +
  'OH430-459 IN460-479 MI480-499 IA500-528 WI530-549 MN550-567 SD570-577 ND580-588 MT590-599 IL600-629 MO630-658 KS660-679 ' +
  'NE680-693 LA700-714 AR716-729 OK730-749 TX733-733 TX750-799 CO800-816 WY820-831 ID832-838 UT840-847 AZ850-865 NM870-884 ' +
  'TX885-885 NV889-898 CA900-961 HI967-968 OR970-979 WA980-994 AK995-999'
)
  .split(' ')
  .map((range) => {
    const [from, to] = range.slice(2).split('-').map(Number);
    return [from!, to!, range.slice(0, 2)] as const;
  });

/** The provinces by the first letter. That of the north is for two territories, which have the same tax. */
const CANADA: Readonly<Record<string, string>> = {
  ...{ A: 'NL', B: 'NS', C: 'PE', E: 'NB', G: 'QC', H: 'QC', J: 'QC', K: 'ON', L: 'ON', M: 'ON', N: 'ON', P: 'ON' },
  ...{ R: 'MB', S: 'SK', T: 'AB', V: 'BC', X: 'NT', Y: 'YT' },
};

/** The two letters of the state or province; undefined in other countries, and where the code is none. */
export function stateOfPostalCode(country: string, code: string): string | undefined {
  const written = code.trim().toUpperCase();
  if (country === 'CA') return CANADA[written.slice(0, 1)];
  if (country !== 'US' || !/^\d{5}(-?\d{4})?$/.test(written)) return undefined;
  const area = Number(written.slice(0, 3));
  return UNITED_STATES.findLast(([from, to]) => area >= from && area <= to)?.[2];
}
