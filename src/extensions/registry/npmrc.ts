import { loadIni } from './load-library';

/** The values of an .npmrc by their keys. A key that is written as `key[]` has a list. */
export type NpmrcValues = Readonly<Record<string, string | readonly string[]>>;

/** A value that takes a variable from the environment: `${NAME}`, or `${NAME?}` for one that may be missing. */
const VARIABLE = /(?<!\\)(?<slashes>\\*)\$\{(?<name>[^${}?]+)(?<optional>\?)?\}/g;

/** Reads the text of an .npmrc as npm does: ini, with variables of the environment in keys and values. */
export function parseNpmrc(text: string, environment: NodeJS.ProcessEnv): NpmrcValues {
  const values: Record<string, string | readonly string[]> = {};
  // Editors on Windows write a byte order mark.
  for (const [key, value] of Object.entries(loadIni().parse(text.replace(/^\uFEFF/, '')))) {
    const expand = (written: unknown): string => expandVariables(String(written), environment);
    if (Array.isArray(value)) values[expand(key)] = value.map(expand);
    // A section is no business of npm's; what is no text is a flag or null.
    else if (typeof value !== 'object' || value === null) values[expand(key)] = expand(value ?? '');
  }
  return values;
}

/**
 * Replaces `${NAME}` by the variable. One that is not set stays as it is written, as npm has it, unless it is optional;
 * a backslash before it keeps it from being replaced.
 */
export function expandVariables(text: string, environment: NodeJS.ProcessEnv): string {
  return text.replace(VARIABLE, (whole: string, slashes: string, name: string, optional: string | undefined) => {
    const isEscaped = slashes.length % 2 === 1;
    if (isEscaped) return whole.slice((slashes.length + 1) / 2);
    const value = environment[name] ?? (optional ? '' : `\${${name}}`);
    return slashes.slice(slashes.length / 2) + value;
  });
}

/** One line of an .npmrc that says exactly this. Nothing in the value is taken for a variable or a comment. */
export function npmrcLine(key: string, value: string): string {
  const literal = value.replace(/\$\{/g, '\\${');
  const isPlain = /^[^\s"'[;#\\](?:[^\n\r;#\\]*[^\s;#\\])?$/.test(literal);
  return `${key}=${isPlain ? literal : JSON.stringify(literal)}`;
}
