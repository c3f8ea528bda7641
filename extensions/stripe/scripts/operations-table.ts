/**
 * The table of operations in the README, from the code as it is built: which ones keep state, and which answer an object of the right
 * shape. `npm run docs` writes it; a unit test fails when the README that is committed has another one.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

interface Specified {
  readonly key: string;
}

type LoadSpec = () => { readonly operations: readonly Specified[] };
type Dispatches = new (backend: object, modules: readonly unknown[]) => { readonly stateful: ReadonlySet<string> };

interface Built {
  readonly loadSpec: LoadSpec;
  readonly loadSpec2: LoadSpec;
  readonly Backend: new (services: object, config: object) => object;
  readonly Dispatcher: Dispatches;
  readonly Dispatcher2: Dispatches;
  readonly withoutNames: (key: string) => string;
  readonly MODULES: readonly unknown[];
  readonly MODULES_2: readonly unknown[];
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
  const { loadSpec, loadSpec2, Backend, Dispatcher, Dispatcher2, withoutNames, MODULES, MODULES_2 } = built();
  // Modules only declare themselves here: nothing is read or kept.
  const services = { state: { collection: () => ({}), bytes: () => ({}) } };
  const backend = new Backend(services, { compat: 'none' });
  const versions = [
    { name: 'version 1', ...loadSpec(), stateful: new Dispatcher(backend, MODULES).stateful },
    { name: 'version 2', ...loadSpec2(), stateful: new Dispatcher2(backend, MODULES_2).stateful },
  ];
  return versions
    .map(({ name, operations, stateful }) => {
      const isStateful = ({ key }: Specified): boolean => stateful.has(withoutNames(key));
      const rows = operations.map((operation) => {
        const [method = '', path = ''] = operation.key.split(' ');
        return `| ${method} | \`${path}\` | ${isStateful(operation) ? '**stateful**' : 'shape'} |`;
      });
      const count = operations.filter(isStateful).length;
      return [
        count === operations.length
          ? `All ${count} operations of ${name} keep state.`
          : `${count} of the ${operations.length} operations of ${name} keep state, ${operations.length - count} answer a well-formed object.`,
        '',
        '| Method | Path | |',
        '| --- | --- | --- |',
        ...rows,
      ].join('\n');
    })
    .join('\n\n');
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
    ...from('v2/index.js'),
    ...from('v2/kernel/dispatch.js'),
  } as Built;
}

if (require.main === module) writeFileSync(README, withTable(readFileSync(README, 'utf8')));
