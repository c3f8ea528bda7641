import type { Command } from 'commander';
import pc from 'picocolors';
import type { Examined } from '../../host/doctor';
import { EXIT } from '../exit-codes';
import { jsonOption, nameOption } from '../options';
import { endNow, hasColours, say } from '../terminal';
import { listOption } from './extensions/options';

interface Options {
  readonly name?: string;
  readonly extensions?: string;
  readonly json?: true;
}

/** `backlot doctor` */
export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('look at everything that Backlot needs, and say how to mend what is wrong')
    .addOption(nameOption())
    .addOption(listOption())
    .addOption(jsonOption('as one JSON array: { check, state, found, mend }'))
    .addHelpText(
      'after',
      `
It changes nothing, and takes a few seconds at most. The exit code is 1 when a check failed; warnings do not count.

Examples:
  $ backlot doctor
  $ backlot doctor --json | jq '.[] | select(.state != "ok")'`,
    )
    .action(async (options: Options) => {
      const { examineThisMachine } = await import('../examine-machine.js');
      const found = await examineThisMachine(options);
      say(options.json ? JSON.stringify(found.map(toJson)) : found.map(describe).join('\n'));
      process.exitCode = found.some(({ state }) => state === 'failed') ? EXIT.failed : EXIT.ok;
      // What did not answer in time has been told.
      endNow();
    });
}

function toJson({ check, state, found, mend }: Examined): object {
  return { check, state, found, mend: mend ?? null };
}

function describe({ check, state, found, mend }: Examined): string {
  const colours = pc.createColors(hasColours(process.stdout));
  const colour = { ok: colours.green, warning: colours.yellow, failed: colours.red }[state];
  const line = `${colour(state.padEnd(7))}  ${colours.bold(check)}: ${found}`;
  return mend === undefined ? line : `${line}\n         to do: ${mend}`;
}
