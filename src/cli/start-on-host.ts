import { freePort } from '../host/free-port';
import { runOnHost } from '../host/host-mode';
import { LogScopes } from '../host/log-filter';
import { GATEWAY_PORT } from '../host/settings';
import { READY_MARKER } from '../host/wait';
import { toJson } from './print-logs';
import { spinner } from './spinner';
import { type ContainerOptions, toStartOptions } from './start-options';
import { say } from './terminal';

/**
 * Runs the platform as a process of this machine, attached, until it ends; for a program its log is one JSON object a line, and
 * one more says when it is ready. Gives the exit code.
 */
export async function startOnHost(options: ContainerOptions): Promise<number> {
  const settings = toStartOptions(options);
  // From here on the terminal is the platform's.
  spinner.stop();
  if (!options.json) return runOnHost(settings);
  // Nobody reads the port that is taken from the log.
  const port = settings.port === 0 ? await freePort() : settings.port;
  const listen = settings.environment?.GATEWAY_LISTEN ?? process.env.GATEWAY_LISTEN;
  const told = port ?? (Number(/:(\d+)(?:,|$)/.exec(listen ?? '')?.[1]) || GATEWAY_PORT);
  const scopes = new LogScopes();
  return runOnHost({ ...settings, ...(port === undefined ? {} : { port }) }, (stream, line) => {
    const scope = scopes.of({ time: new Date(), stream, line });
    process.stdout.write(toJson({ time: new Date(), stream, line, extension: scope.extension, level: scope.level }));
    if (line.trim() !== READY_MARKER) return;
    // It has no name, for there is no container.
    say(JSON.stringify({ name: null, url: `http://localhost:${told}`, state: 'ready', alreadyRunning: false }));
  });
}
