import path from 'node:path';
import { type Command, Option } from 'commander';
import { TEMPLATE_NAMES, TEMPLATES } from '../../../extensions/scaffold/templates';
import { completedBy } from '../../completion/hints';
import { jsonOption } from '../../options';
import { say } from '../../terminal';

interface Options {
  readonly template: string;
  readonly name?: string;
  readonly json?: true;
}

/** `backlot extensions dev new` */
export function addDevNew(dev: Command): void {
  const described = TEMPLATE_NAMES.map((name) => `  ${name.padEnd(10)} ${TEMPLATES[name]}`).join('\n');
  dev
    .command('new')
    .argument('[dir]', 'folder for the package, made if it is not there', 'my-extension')
    .description('write the package of a new extension, with tests that pass')
    .addOption(
      completedBy(
        new Option('-t, --template <template>', `one of ${TEMPLATE_NAMES.join(', ')}`).default('basic'),
        TEMPLATE_NAMES,
      ),
    )
    .option('--name <name>', 'name of the extension (default: that of the folder)')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Templates:
${described}

Examples:
  $ backlot extensions dev new ledger
  $ backlot extensions dev new ./shop --template web-app --name web-shop`,
    )
    .action(async (dir: string, options: Options) => {
      const { createExtension } = await import('../../../extensions/scaffold/index.js');
      const directory = path.resolve(dir);
      const { json, ...wanted } = options;
      const made = await createExtension({ directory, ...wanted });
      if (json) return say(JSON.stringify({ name: made.name, directory, files: made.files }));
      const place = path.relative(process.cwd(), directory);
      const start = options.template === 'container' ? 'backlot start --host' : 'backlot start';
      const install = 'npm install && npm test';
      say(`made the extension ${made.name} in ${place || 'this folder'}: ${made.files.join(', ')}`);
      say(`
next:
  ${place === '' ? install : `(cd ${place} && ${install})`}
  backlot extensions dev enable ${place === '' ? '.' : prefixed(place)}
  ${start}

README.md has the first request.`);
    });
}

/** A path that nobody takes for the name of something else. */
function prefixed(place: string): string {
  return place.startsWith('.') || path.isAbsolute(place) ? place : `./${place}`;
}
