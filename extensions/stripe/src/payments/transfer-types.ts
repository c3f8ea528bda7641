/** What a bank transfer in a currency is called, after where the money moves: `eu_bank_transfer` for euros. */
export function transferTypeOf(currency: string): string {
  return `${currency.slice(0, 2)}_bank_transfer`;
}
