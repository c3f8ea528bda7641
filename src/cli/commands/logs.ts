import { type Command, Option } from 'commander';
import { LOG_LEVELS, type LogLevel } from '../../host/log-levels';
import { jsonOption, nameOption, wholeNumber } from '../options';

interface Options {
  readonly name?: string;
  readonly follow?: true;
  readonly tail?: number;
  readonly since?: string;
  readonly json?: true;
  readonly extension?: string[];
  readonly level?: LogLevel;
}

/** `backlot logs` */
export function addLogs(program: Command): void {
  program
    .command('logs')
    .description("show the log: the container's stdout on stdout, its stderr on stderr")
    .addOption(nameOption())
    .option('-f, --follow', 'go on until Backlot is stopped, also when it is restarted, or until Ctrl-C')
    .addOption(new Option('-n, --tail <lines>', 'only so many lines from the end').argParser(wholeNumber))
    .option('--since <time>', 'only from then on: 10m, 1h30m, an ISO time, or Unix seconds')
    .addOption(jsonOption('one JSON object a line: { time, stream, line, extension, level }'))
    .option(
      '--extension <name>',
      'only what this extension wrote, can be repeated',
      (name: string, before: string[] = []) => [...before, name],
    )
    .addOption(new Option('--level <level>', 'only lines of this level, and graver ones').choices(LOG_LEVELS))
    .addHelpText(
      'after',
      `
Examples:
  $ backlot logs -f --tail 20
  $ backlot logs --extension stripe --level warn
  $ backlot logs --since 10m 2>/dev/null       only what it wrote to stdout`,
    )
    .action(async (options: Options) => {
      const [{ findEngine }, { requireContainer }, { containerName }, { parseSince }, { printLogs }] =
        await Promise.all([
          import('../../engine/find-engine.js'),
          import('../../host/find-container.js'),
          import('../../host/settings.js'),
          import('../../engine/since.js'),
          import('../print-logs.js'),
        ]);
      // A mistyped time is told before an engine is looked for.
      const since = options.since === undefined ? {} : { since: parseSince(options.since) };
      const engine = await findEngine();
      const container = await requireContainer(engine, containerName(options.name));
      const { follow, tail, extension, level, json } = options;
      const selection = {
        ...since,
        follow: follow === true,
        ...(tail === undefined ? {} : { tail }),
        ...(extension === undefined ? {} : { extensions: extension }),
        ...(level === undefined ? {} : { level }),
      };
      await printLogs(engine, container, selection, json);
    });
}
