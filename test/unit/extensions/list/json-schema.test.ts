import { readFileSync } from 'node:fs';
import path from 'node:path';
import Ajv from 'ajv';
import { readExtensionList } from '../../../../src/extensions/list';
import { extensionsSchema, SCHEMA_FILE } from '../../../../scripts/write-schema';
import { temporaryDirectory } from '../../../support/temporary-directory';

describe('extensions.schema.json', () => {
  const accepts = new Ajv({ allErrors: true }).compile(JSON.parse(readFileSync(SCHEMA_FILE, 'utf8')) as object);

  it('is up to date with the schema in src/extensions/list/schema.ts', () => {
    expect(readFileSync(SCHEMA_FILE, 'utf8')).toBe(extensionsSchema());
  });

  const lists: [string, unknown, boolean][] = [
    ['an empty list', { extensions: [] }, true],
    ['specs', { $schema: './x.json', extensions: ['a', '@acme/b@^1'] }, true],
    [
      'an entry with everything',
      { extensions: [{ spec: 'a', name: 'x-1', enabled: false, required: true, config: { any: ['thing', 1] } }] },
      true,
    ],
    ['a config of null', { extensions: [{ spec: 'a', config: null }] }, true],
    ['no extensions', {}, false],
    ['an unknown key', { extensions: [], extension: [] }, false],
    ['an unknown key in an entry', { extensions: [{ spec: 'a', confg: {} }] }, false],
    ['an entry without a spec', { extensions: [{ name: 'a' }] }, false],
    ['a blank spec', { extensions: [' '] }, false],
    ['a wrong type', { extensions: [{ spec: 'a', enabled: 'yes' }] }, false],
    ['a name with capitals', { extensions: [{ spec: 'a', name: 'A' }] }, false],
    ['an array', [], false],
  ];

  it.each(lists)('and Backlot itself agree about %s', async (_what, list, isRight) => {
    expect(accepts(list)).toBe(isRight);
    const file = path.join(temporaryDirectory({ 'extensions.json': list }), 'extensions.json');
    const read = readExtensionList(file, { mustExist: true });
    if (isRight) await expect(read).resolves.toBeInstanceOf(Array);
    else await expect(read).rejects.toMatchObject({ code: 'BACKLOT_E_LIST_INVALID' });
  });

  it('tells editors about every key: a title, a description, and an example or a default', () => {
    const schema = JSON.parse(extensionsSchema()) as {
      properties: { extensions: { items: { anyOf: { properties?: Record<string, object> }[] } } };
    };
    const [, entry] = schema.properties.extensions.items.anyOf;
    const described = Object.entries({ ...schema.properties, ...entry?.properties });
    expect(described.map(([key]) => key)).toEqual([
      '$schema',
      'extensions',
      'spec',
      'name',
      'enabled',
      'required',
      'allowScripts',
      'config',
      'seed',
    ]);
    for (const [, property] of described) {
      expect(property).toMatchObject({
        title: expect.any(String) as string,
        description: expect.any(String) as string,
      });
      expect('examples' in property || 'default' in property).toBe(true);
    }
  });
});
