import { InvalidArgumentError, Option } from 'commander';
import { completedBy } from './completion/hints';

/** `--name`, which every command about one container takes. */
export function nameOption(): Option {
  const option = new Option('--name <name>', 'name of the container (default: MAIN_CONTAINER_NAME, or backlot-main)');
  return completedBy(option, 'containers');
}

/** `--json`, which every command takes. */
export function jsonOption(what = 'as one JSON object'): Option {
  return new Option('--json', what);
}

/** `-e`, which every command takes that gives something an environment. */
export function environmentOption(): Option {
  return new Option('-e, --env <KEY=VALUE>', 'environment variable, can be repeated').argParser(environmentVariable);
}

/** `--url`, which every command about the instance that runs takes. */
export function urlOption(): Option {
  return new Option('--url <url>', 'gateway of the instance that runs (default: that of the container --name)');
}

/** A value that must be a whole number from 0 on. */
export function wholeNumber(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number.');
}

/** A value that must be a port, or 0. */
export function port(text: string): number {
  const value = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (value <= 65_535) return value;
  throw new InvalidArgumentError('It must be a number from 1 to 65535, or 0 for a port that is free.');
}

/** A value that must be a number of seconds above 0. */
export function seconds(text: string): number {
  const value = /^\d{1,9}(\.\d+)?$/.test(text) ? Number(text) : 0;
  // A timer of Node cannot be longer than about 24 days.
  if (value > 0 && value <= 2_000_000) return value;
  throw new InvalidArgumentError('It must be a number of seconds above 0.');
}

/** Collects `--label KEY=VALUE`; the value may be left out. */
export function label(text: string, before: Record<string, string> = {}): Record<string, string> {
  const [, name, value = ''] = /^([^=\s]+)(?:=([^]*))?$/.exec(text) ?? [];
  if (name === undefined) throw new InvalidArgumentError('It must look like KEY=VALUE.');
  return { ...before, [name]: value };
}

/** Collects `-e KEY=VALUE`; `-e KEY` takes the value from our own environment, as it does for Docker. */
export function environmentVariable(text: string, before: Record<string, string> = {}): Record<string, string> {
  const at = text.indexOf('=');
  const name = at === -1 ? text : text.slice(0, at);
  if (!/^[^\s=]+$/.test(name)) throw new InvalidArgumentError('It must look like KEY=VALUE.');
  const value = at === -1 ? process.env[name] : text.slice(at + 1);
  return value === undefined ? before : { ...before, [name]: value };
}
