import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type * as Yaml from 'yaml';
import { BacklotError, type ErrorPlace } from '../../api/errors';

/** yaml takes a while to load, and most commands have no use for it. */
const load = createRequire(__filename);

/** A service of a compose file that runs Backlot, with the variables that stand there. */
export interface ComposeService {
  readonly name: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Where a variable stands. */
  readonly placeOf: (variable: string) => ErrorPlace;
}

const NAMES = ['compose.yaml', 'compose.yml', 'docker-compose.yaml', 'docker-compose.yml'];

/** The compose file of a folder; undefined when it has none. */
export function composeFileIn(folder: string): string | undefined {
  return NAMES.map((name) => path.join(folder, name)).find((file) => existsSync(file));
}

/**
 * The services of a compose file that run Backlot, by their image or the name of their container. A value that compose would
 * replace (`${NAME:-value}`) is what it is without the variable; one without a value is left out. Throws
 * BACKLOT_E_OPTION_INVALID for a file that cannot be read or is no YAML.
 */
export function servicesIn(file: string): ComposeService[] {
  const { parseDocument, LineCounter } = load('yaml') as typeof Yaml;
  const lines = new LineCounter();
  const document = parseDocument(textOf(file), { lineCounter: lines, merge: true });
  const [mistake] = document.errors;
  if (mistake) throw unreadable(file, mistake.message.split('\n')[0] ?? '', placeAt(file, lines, mistake.pos[0]));
  const { services } = (document.toJS() ?? {}) as { services?: Readonly<Record<string, WrittenService | null>> | null };
  return Object.entries(services ?? {}).flatMap(([name, service]) => {
    if (!service || !runsBacklot(service)) return [];
    const variables = variablesOf(service.environment);
    return {
      name,
      environment: Object.fromEntries(variables.map((each) => [each.name, each.value])),
      placeOf: (variable: string) => {
        const key = variables.find((each) => each.name === variable)?.key;
        const node = document.getIn(['services', name, 'environment', key], true) as Yaml.Node | undefined;
        return node?.range ? placeAt(file, lines, node.range[0]) : { file };
      },
    };
  });
}

/** A service as far as it matters here, and as it should be written. */
interface WrittenService {
  readonly image?: unknown;
  readonly container_name?: unknown;
  readonly environment?: unknown;
}

function runsBacklot({ image, container_name: name }: WrittenService): boolean {
  const isImage = typeof image === 'string' && /(?:^|[/:-])(?:backlot|localstack)(?:-pro)?(?:[:@}]|$)/.test(image);
  return isImage || (typeof name === 'string' && name.includes('backlot-main'));
}

/** The variables with a value, of a map or a list of NAME=value, each with its key in that. */
function variablesOf(environment: unknown): { key: string | number; name: string; value: string }[] {
  if (Array.isArray(environment)) {
    return environment.flatMap((each: unknown, key) => {
      const [, name, value] = /^([^=]+)=(.*)$/s.exec(String(each)) ?? [];
      return name === undefined || value === undefined ? [] : { key, name, value: substituted(value) };
    });
  }
  return Object.entries((environment ?? {}) as Record<string, string | number | boolean | null>).flatMap(
    ([name, value]) => (value === null ? [] : { key: name, name, value: substituted(String(value)) }),
  );
}

/** What compose makes of `${NAME:-value}`, `${NAME-value}` and `${NAME}` where NAME is not set. */
function substituted(value: string): string {
  return value.replace(/\$\{[^}:?+-]+(?::?-([^}]*))?[^}]*\}/g, (_, fallback: string | undefined) => fallback ?? '');
}

function placeAt(file: string, lines: Yaml.LineCounter, offset: number): ErrorPlace {
  const { line, col } = lines.linePos(offset);
  return { file, line, column: col };
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw unreadable(file, (error as Error).message, { file });
  }
}

function unreadable(file: string, why: string, where: ErrorPlace): BacklotError {
  return new BacklotError('BACKLOT_E_OPTION_INVALID', `${path.basename(file)} cannot be read: ${why}`, {
    where,
    remedy: 'Mend the file, or name another one with --compose.',
  });
}
