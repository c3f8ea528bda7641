import { Command } from 'commander';
import { VERSION } from '../extensions/own-package';
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

/** The `backlot` command. Only what a command needs is loaded, and only when it runs. */
export function createProgram(): Command {
  const program = new Command('backlot')
    .description('One container, one port (4566), that stands in for the services your application talks to.')
    .version(VERSION)
    .exitOverride()
    .showHelpAfterError('(add --help for the options and examples)')
    .addHelpText(
      'after',
      `
Examples:
  $ backlot start
  $ backlot start -d --wait && curl http://localhost:4566/_backlot/health
  $ backlot logs -f`,
    );
  const commands = [
    addStart,
    addStop,
    addRestart,
    addStatus,
    addLogs,
    addWait,
    addRoutes,
    addState,
    addLogin,
    addLogout,
    addWhoami,
    addExtensions,
  ];
  for (const add of commands) add(program);
  return program;
}
