import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withTable } from '../../../extensions/stripe/scripts/operations-table';

/** Tables are padded by the formatter. */
const unpadded = (text: string): string => text.replaceAll(/ *\| */g, '|').replaceAll(/-{3,}/g, '---');

it('the README of the extension for Stripe tells which operations keep state (npm run docs)', () => {
  const readme = readFileSync(join(__dirname, '..', '..', '..', 'extensions', 'stripe', 'README.md'), 'utf8');
  expect(unpadded(readme)).toBe(unpadded(withTable(readme)));
});
