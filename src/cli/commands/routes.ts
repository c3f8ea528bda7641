import { Argument, type Command } from 'commander';
import { BacklotError } from '../../api/errors';
import type { ExplainedRoute, ListedRoute, LiveRoutes, ToldExplanation } from '../../host/live-routes';
import { completedBy } from '../completion/hints';
import { EXIT } from '../exit-codes';
import { jsonOption, nameOption, urlOption } from '../options';
import { table } from '../table';
import { say } from '../terminal';

/** What is completed; any method can be asked for. */
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

interface RoutesOptions {
  readonly url?: string;
  readonly name?: string;
  readonly json?: true;
}

/** `backlot routes` and `backlot routes explain` */
export function addRoutes(program: Command): void {
  const routes = program
    .command('routes')
    .description('show the routes of the instance that runs, or why one of them wins')
    .addOption(urlOption())
    .addOption(nameOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  $ backlot routes
  $ backlot routes --json
  $ backlot routes explain GET http://hello.localhost:4566/hello/ada`,
    )
    .action(async (options: RoutesOptions) => {
      const { url, live } = await findRoutes(options);
      const found = await live.list();
      if (options.json) return say(JSON.stringify({ url, routes: found }));
      if (found.length === 0) return say(`the Backlot at ${url} has no routes`);
      say(table(['methods', 'host', 'path', 'owner', 'priority', 'kind'], found.map(rowOf)));
    });
  routes
    .command('explain')
    .description('say which route serves a request and why, and why others that are near do not')
    .addArgument(completedBy(new Argument('<method>', 'such as GET'), METHODS))
    .addArgument(new Argument('<url>', 'with its host, or a path for a request without one'))
    .addOption(urlOption())
    .addOption(nameOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
The exit code is 0 when a route serves the request, else 1.

Examples:
  $ backlot routes explain GET http://hello.localhost:4566/hello/ada
  $ backlot routes explain POST /orders --json`,
    )
    .action(async (method: string, url: string, _options: object, command: Command) => {
      if (!/^(\w+:\/\/[^/?#]|\/)/.test(url)) {
        throw new BacklotError('BACKLOT_E_OPTION_INVALID', `"${url}" is neither a URL nor a path`, {
          remedy: 'Write http://hello.localhost:4566/path, or /path.',
        });
      }
      const options = command.optsWithGlobals<RoutesOptions>();
      const { live } = await findRoutes(options);
      const told = await live.explain(method.toUpperCase(), url);
      say(options.json ? JSON.stringify(told) : describe(told));
      process.exitCode = told.winner ? EXIT.ok : EXIT.failed;
    });
}

async function findRoutes(options: RoutesOptions): Promise<{ url: string; live: LiveRoutes }> {
  const [{ findRunning }, { containerName }, { LiveRoutes }] = await Promise.all([
    import('../../host/find-running.js'),
    import('../../host/settings.js'),
    import('../../host/live-routes.js'),
  ]);
  const url = await findRunning(options);
  if (url !== undefined) return { url, live: new LiveRoutes(url) };
  throw new BacklotError('BACKLOT_E_CONTAINER_NOT_FOUND', `${containerName(options.name)} is not running`, {
    remedy: 'Start it with `backlot start`, or say where it runs with --url.',
  });
}

function rowOf({ methods, host, path, owner, priority, kind }: ListedRoute): string[] {
  return [methodsOf(methods), host ?? '*', path, owner, String(priority), kind];
}

function describe({ method, host, path, winner, others, allow }: ToldExplanation): string {
  const lines = [`${method} ${host}${path}`];
  if (winner) {
    lines.push(`  is served by ${nameOf(winner)}: ${winner.reason}`);
    const params = Object.entries(winner.params);
    if (params.length > 0)
      lines.push(`  with ${params.map(([name, value]) => `${name} = ${JSON.stringify(value)}`).join(', ')}`);
  } else {
    lines.push(`  is served by no route${allow.length > 0 ? `; the path is known for ${allow.join(', ')}` : ''}`);
  }
  for (const other of others) lines.push(`  not by ${nameOf(other)}: ${other.reason}`);
  return lines.join('\n');
}

function nameOf({ methods, host, path, owner, priority }: ExplainedRoute): string {
  const rank = priority === 0 ? '' : `, priority ${priority}`;
  return `${methodsOf(methods)} ${host ?? ''}${path} (${owner}${rank})`;
}

function methodsOf(methods: ListedRoute['methods']): string {
  return methods === '*' ? '*' : methods.join(',');
}
