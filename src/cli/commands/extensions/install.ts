import { InvalidArgumentError, Option, type Command } from 'commander';
import { EXIT } from '../../exit-codes';
import { jsonOption, nameOption, urlOption } from '../../options';
import { say } from '../../terminal';
import { describeApplied, withApplyProgress, type ApplyCommandOptions } from './applied';
import { listFile, listOption } from './options';

interface Options extends ApplyCommandOptions {
  readonly frozen?: true;
  readonly required?: true;
  readonly allowScripts?: true;
  readonly config?: unknown;
}

/** `backlot extensions install [SPEC…]` */
export function addInstall(group: Command): void {
  group
    .command('install')
    .argument('[specs...]', 'packages, folders, tarballs or git repositories; none for all that are listed')
    .description('add extensions to the list and its lock, and to the instance that runs; or install what is listed')
    .addOption(listOption())
    .option('--frozen', 'hold to extensions.lock.json, and refuse whatever it does not hold (default where CI is set)')
    .addOption(new Option('--config <json>', 'configuration of the one extension that is added').argParser(readJson))
    .option('--required', 'let Backlot not start without it')
    .option('--allow-scripts', 'let the install scripts of its packages run')
    .addOption(urlOption())
    .addOption(nameOption())
    .option('--dry-run', 'only say what would be done')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  $ backlot extensions install backlot-extension-hello-world
  $ backlot extensions install @acme/backlot-extension-ledger@^2.1 ./my-extension
  $ backlot extensions install "git+https://example.com/acme/extensions.git#main&path:twilio"
  $ backlot extensions install --frozen        what is listed, exactly as it is locked`,
    )
    .action(async (specs: string[], options: Options) => {
      process.exitCode = specs.length === 0 ? await installListed(options) : await installNew(specs, options);
    });
}

async function installNew(specs: readonly string[], options: Options): Promise<number> {
  const { BacklotError } = await import('../../../api/errors.js');
  const { installSpecs } = await import('../../../host/apply-extensions.js');
  if (options.frozen) {
    throw new BacklotError('BACKLOT_E_OPTION_INVALID', 'a lock that is frozen takes nothing new', {
      remedy: 'Leave out --frozen to add extensions, or the specs to install what is listed.',
    });
  }
  const more = {
    ...(options.config === undefined ? {} : { config: options.config }),
    ...(options.required ? { required: true } : {}),
    ...(options.allowScripts ? { allowScripts: true } : {}),
  };
  const file = listFile(options);
  const applied = await withApplyProgress(options, (how) =>
    installSpecs(
      file,
      specs.map((spec) => ({ spec, ...more })),
      how,
    ),
  );
  describeApplied(file, applied, options);
  return EXIT.ok;
}

async function installListed(options: Options): Promise<number> {
  const { synchronise } = await import('../../../host/apply-extensions.js');
  const { report } = await import('../../report.js');
  const file = listFile(options);
  const frozen = options.frozen === true || Boolean(process.env.CI);
  const { applied, failed } = await withApplyProgress({ ...options, offlineOnly: true }, (how) =>
    synchronise(file, { ...how, frozen }),
  );
  if (options.json) {
    say(
      JSON.stringify({ file, dryRun: options.dryRun === true, applied, failed: failed.map((error) => error.toJSON()) }),
    );
  } else {
    describeApplied(file, applied, options);
    for (const error of failed) report(error);
  }
  return failed.length === 0 ? EXIT.ok : EXIT.failed;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InvalidArgumentError(`It is not valid JSON: ${(error as Error).message}`);
  }
}
