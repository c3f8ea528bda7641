/** International bank account numbers. */

const DIVISOR = 97;

/** What is left of the division by 97, with letters as two digits and the first four characters at the end. */
function remainder(iban: string): number {
  const digits = (iban.slice(4) + iban.slice(0, 4)).replace(/[A-Z]/g, (letter) => String(parseInt(letter, 36)));
  let rest = 0;
  for (const digit of digits) rest = (rest * 10 + Number(digit)) % DIVISOR;
  return rest;
}

/** Whether a text is an IBAN: its check digits make the rest of a division by 97 one. */
export function isIban(text: string): boolean {
  return /^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(text) && remainder(text) === 1;
}

/** The IBAN of another account of the same bank, whose number ends in `ending`. */
export function ibanEnding(iban: string, ending: string): string {
  const [country, rest] = [iban.slice(0, 2), iban.slice(4, -ending.length) + ending];
  const check = DIVISOR + 1 - remainder(`${country}00${rest}`);
  return country + String(check).padStart(2, '0') + rest;
}
