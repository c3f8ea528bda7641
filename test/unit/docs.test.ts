import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pages } from '../../scripts/write-docs';

describe('the reference pages that follow from tables in the code', () => {
  it.each(Object.entries(pages()))('are up to date (npm run docs): %s', (path, text) => {
    expect(readFileSync(join(__dirname, '..', '..', 'docs', path), 'utf8')).toBe(text);
  });
});
