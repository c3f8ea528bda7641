import type { StandardSchemaV1 } from '@standard-schema/spec';
import { BacklotError } from '../api/errors';
import type { ExtensionClass } from './load';
import { placeOfConfig, type ExtensionEntry } from './list';
import { describeIssue, isStandardSchema, pathOfIssue } from './standard-schema';

/**
 * What an extension gets as `this.config`: the output of its schema for the "config" of the entry (`{}` when there is
 * none), or the "config" as it is for an extension without a schema.
 *
 * Throws BACKLOT_E_CONFIG_INVALID, which lists every issue and stands at the place of the first in extensions.json, or
 * in the extension when its `config` is no schema or throws.
 */
export async function validateConfig(type: ExtensionClass, entry: ExtensionEntry, name: string): Promise<unknown> {
  const input = entry.config ?? {};
  const schema: unknown = type.config;
  if (schema === undefined) return input;
  if (!isStandardSchema(schema)) {
    throw new BacklotError(
      'BACKLOT_E_CONFIG_INVALID',
      `the static "config" of ${name} is not a schema that implements Standard Schema`,
      { where: { extension: name }, remedy: 'Use a schema of zod, valibot, arktype or another such library.' },
    );
  }
  const issues = await issuesOrValue(schema, input, name);
  if ('value' in issues) return issues.value;

  const lines = issues.map((issue) => describeIssue(issue));
  const message =
    lines.length === 1
      ? `config of ${name}: ${lines[0]}`
      : `config of ${name}:\n${lines.map((l) => `  ${l}`).join('\n')}`;
  const place = await placeOfConfig(entry.origin, pathOfIssue(issues[0]));
  throw new BacklotError('BACKLOT_E_CONFIG_INVALID', message, { where: { ...place, extension: name } });
}

async function issuesOrValue(
  schema: StandardSchemaV1,
  input: unknown,
  name: string,
): Promise<readonly StandardSchemaV1.Issue[] | { readonly value: unknown }> {
  try {
    const result = await schema['~standard'].validate(input);
    return result.issues ?? { value: result.value };
  } catch (error) {
    throw new BacklotError('BACKLOT_E_CONFIG_INVALID', `the schema of ${name} threw while it validated "config"`, {
      where: { extension: name },
      remedy: 'The cause is below; mend the schema of the extension.',
      cause: error,
    });
  }
}
