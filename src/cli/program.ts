import { Command, type CommanderError } from 'commander';
import pc from 'picocolors';
import { VERSION } from '../extensions/own-package';
import { addCompletion } from './commands/completion';
import { addConfig } from './commands/config';
import { addDoctor } from './commands/doctor';
import { addExec } from './commands/exec';
import { addExtensions } from './commands/extensions';
import { addLogin } from './commands/login';
import { addLogout } from './commands/logout';
import { addLogs } from './commands/logs';
import { addRestart } from './commands/restart';
import { addRoutes } from './commands/routes';
import { addStart } from './commands/start';
import { addState } from './commands/state';
import { addStatus } from './commands/status';
import { addStop } from './commands/stop';
import { addWait } from './commands/wait';
import { addWhoami } from './commands/whoami';
import { spinner } from './spinner';
import { hasColours, speakJson, speaksJson } from './terminal';
import { pathOf, usageError } from './usage-error';

/** The `backlot` command. Only what a command needs is loaded, and only when it runs. */
export function createProgram(): Command {
  const program = new Command('backlot')
    .description('One container, one port (4566), that stands in for the services your application talks to.')
    .version(VERSION)
    // So that what follows the name of a program in `backlot exec` is that program's.
    .enablePositionalOptions()
    .configureOutput({
      // A mistake is reported where all are.
      outputError: () => undefined,
      writeErr: (text) => void (speaksJson() || process.stderr.write(text)),
      getOutHasColors: () => hasColours(process.stdout),
      getErrHasColors: () => hasColours(process.stderr),
    })
    .configureHelp({ styleTitle: pc.createColors(true).bold })
    .addHelpText(
      'after',
      `
Examples:
  $ backlot start
  $ backlot start -d --wait && curl http://localhost:4566/_backlot/health
  $ backlot logs -f
  $ backlot doctor                             when something does not work`,
    )
    .hook('preAction', (_, command) => {
      const { json } = command.optsWithGlobals<{ json?: true }>();
      speakJson(json === true);
      if (!json) spinner.start(pathOf(command));
    });
  const commands = [
    addStart,
    addStop,
    addRestart,
    addStatus,
    addLogs,
    addWait,
    addExec,
    addConfig,
    addDoctor,
    addRoutes,
    addState,
    addExtensions,
    addLogin,
    addLogout,
    addWhoami,
    addCompletion,
  ];
  for (const add of commands) add(program);
  tellMistakes(program);
  return program;
}

/** Has each command throw what was mistyped as an error of ours, which names the help of that command. */
function tellMistakes(command: Command): void {
  command.exitOverride((error: CommanderError) => {
    throw error.exitCode === 0 || (error.code === 'commander.help' && !speaksJson())
      ? error
      : usageError(command, error);
  });
  for (const each of command.commands) tellMistakes(each);
}
