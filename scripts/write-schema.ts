/** Writes extensions.schema.json from the schema that extensions.json is validated with. Run by ts-node. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { toJsonSchema } from '@valibot/to-json-schema';
import { ExtensionList } from '../src/extensions/list/schema';

/** The path of the file. */
export const SCHEMA_FILE = path.join(__dirname, '../extensions.schema.json');

/** The content of the file. */
export function extensionsSchema(): string {
  const schema = toJsonSchema(ExtensionList, { target: 'draft-07' });
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}

if (require.main === module) writeFileSync(SCHEMA_FILE, extensionsSchema());
