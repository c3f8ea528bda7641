/**
 * The table of operations in the README, from the code as it is built: which ones keep state, and which answer an object of the right
 * shape. `npm run docs` writes it; a unit test fails when the README that is committed has another one.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

interface Built {
  readonly loadSpec: () => { operations: readonly { key: string; path: string }[] };
  readonly Backend: new (services: object, config: object) => object;
  readonly Dispatcher: new (backend: object, modules: readonly unknown[]) => { stateful: ReadonlySet<string> };
  readonly withoutNames: (key: string) => string;
  readonly MODULES: readonly unknown[];
}

const ROOT = join(__dirname, '..');
const README = join(ROOT, 'README.md');
const BEGIN = '<!-- operations: written by `npm run docs` -->';
const END = '<!-- end of operations -->';

/** The README with the table as it follows from the code. */
export function withTable(readme: string): string {
  const begin = readme.indexOf(BEGIN);
  const end = readme.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`the README has no place for the table: ${BEGIN} … ${END}`);
  return `${readme.slice(0, begin + BEGIN.length)}\n\n${table()}\n\n${readme.slice(end)}`;
}

function table(): string {
  const { loadSpec, Backend, Dispatcher, withoutNames, MODULES } = built();
  // Modules only declare themselves here: nothing is read or kept.
  const services = { state: { collection: () => ({}), bytes: () => ({}) } };
  const { stateful } = new Dispatcher(new Backend(services, { compat: 'none' }), MODULES);
  const { operations } = loadSpec();
  const rows = operations.map(({ key }) => {
    const [method = '', path = ''] = key.split(' ');
    return `| ${method} | \`${path}\` | ${stateful.has(withoutNames(key)) ? '**stateful**' : 'shape'} |`;
  });
  const count = operations.filter(({ key }) => stateful.has(withoutNames(key))).length;
  return [
    `${count} of the ${operations.length} operations of version 1 keep state, ${operations.length - count} answer a well-formed object. Absent: version 2 (\`/v2/…\`).`,
    '',
    '| Method | Path | |',
    '| --- | --- | --- |',
    ...rows,
  ].join('\n');
}

function built(): Built {
  const load = createRequire(__filename);
  const from = (file: string): object => load(join(ROOT, 'dist', file)) as object;
  return {
    ...from('spec/spec.js'),
    ...from('kernel/backend.js'),
    ...from('kernel/dispatch.js'),
    ...from('kernel/handlers.js'),
    ...from('resources/index.js'),
  } as Built;
}

if (require.main === module) writeFileSync(README, withTable(readFileSync(README, 'utf8')));
