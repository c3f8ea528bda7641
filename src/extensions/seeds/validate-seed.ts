import type { StandardSchemaV1 } from '@standard-schema/spec';
import path from 'node:path';
import { BacklotError } from '../../api/errors';
import { describeIssue, isStandardSchema, pathOfIssue } from '../standard-schema';
import type { SeedFile } from './seed-file';

/**
 * What an extension gets of a file of its seed: the output of its static `seed`, or the data as they are without one. Throws
 * BACKLOT_E_SEED_INVALID, which lists every issue and stands at the place of the first in the file, or in the extension when its
 * `seed` is no schema or throws.
 */
export async function validateSeed(schema: unknown, seed: SeedFile, name: string): Promise<unknown> {
  if (schema === undefined) return seed.data;
  if (!isStandardSchema(schema)) {
    throw new BacklotError(
      'BACKLOT_E_SEED_INVALID',
      `the static "seed" of ${name} is not a schema that implements Standard Schema`,
      { where: { extension: name }, remedy: 'Use a schema of zod, valibot, arktype or another such library.' },
    );
  }
  const result = await validate(schema, seed.data, name);
  if (!result.issues) return result.value;
  const lines = result.issues.map(describeIssue);
  const head = `the seed ${path.basename(seed.file)} of ${name}:`;
  const message =
    lines.length === 1 ? `${head} ${lines[0]}` : `${head}\n${lines.map((line) => `  ${line}`).join('\n')}`;
  throw new BacklotError('BACKLOT_E_SEED_INVALID', message, {
    where: { file: seed.file, ...seed.placeOf(pathOfIssue(result.issues[0])), extension: name },
  });
}

async function validate(
  schema: StandardSchemaV1,
  data: unknown,
  name: string,
): Promise<StandardSchemaV1.Result<unknown>> {
  try {
    return await schema['~standard'].validate(data);
  } catch (cause) {
    throw new BacklotError('BACKLOT_E_SEED_INVALID', `the schema of ${name} threw while it validated a seed`, {
      where: { extension: name },
      remedy: 'The cause is below; mend the schema of the extension.',
      cause,
    });
  }
}
