import path from 'node:path';
import * as v from 'valibot';
import { z } from 'zod';
import { Extension } from '../../../src/api/extension';
import { readExtensionList, type ExtensionEntry } from '../../../src/extensions/list';
import type { ExtensionClass } from '../../../src/extensions/load';
import { validateConfig } from '../../../src/extensions/validate-config';
import { temporaryDirectory } from '../../support/temporary-directory';

function typeWith(schema: unknown): ExtensionClass {
  class Example extends Extension<unknown> {
    static override readonly config = schema as ExtensionClass['config'];
    readonly name = 'example';
  }
  return Example;
}

async function entryWith(text: string): Promise<ExtensionEntry> {
  const file = path.join(temporaryDirectory({ 'extensions.json': text }), 'extensions.json');
  const [entry] = await readExtensionList(file, { mustExist: true });
  if (!entry) throw new Error('the list is empty');
  return entry;
}

const withConfig = (config: string): Promise<ExtensionEntry> =>
  entryWith(`{ "extensions": [\n  { "spec": "x", "config": ${config} }\n] }`);

describe('the config of an extension', () => {
  it('is what its zod schema puts out', async () => {
    const type = typeWith(z.object({ greeting: z.string().default('hello'), port: z.coerce.number() }));
    expect(await validateConfig(type, await withConfig('{ "port": "80" }'), 'x')).toEqual({
      greeting: 'hello',
      port: 80,
    });
  });

  it('is validated as an empty object when the entry has none', async () => {
    const type = typeWith(z.object({ greeting: z.string().default('hello') }));
    expect(await validateConfig(type, await entryWith('{ "extensions": ["x"] }'), 'x')).toEqual({ greeting: 'hello' });
  });

  it('may be validated asynchronously', async () => {
    const schema = v.objectAsync({
      a: v.pipeAsync(
        v.string(),
        v.checkAsync((a) => Promise.resolve(a === 'b'), 'not b'),
      ),
    });
    expect(await validateConfig(typeWith(schema), await withConfig('{ "a": "b" }'), 'x')).toEqual({ a: 'b' });
    await expect(validateConfig(typeWith(schema), await withConfig('{ "a": "c" }'), 'x')).rejects.toThrow('a: not b');
  });

  it('is what was written, or nothing, for an extension without a schema', async () => {
    expect(await validateConfig(typeWith(undefined), await withConfig('{ "a": [1] }'), 'x')).toEqual({ a: [1] });
    expect(await validateConfig(typeWith(undefined), await entryWith('{ "extensions": ["x"] }'), 'x')).toEqual({});
  });

  it('is refused with every issue and its path, at the place of the first in extensions.json', async () => {
    const type = typeWith(z.object({ greeting: z.string(), ports: z.array(z.number()) }));
    const entry = await withConfig('{\n    "greeting": 1,\n    "ports": [80, "x"]\n  }');
    await expect(validateConfig(type, entry, 'hello-world')).rejects.toMatchObject({
      code: 'BACKLOT_E_CONFIG_INVALID',
      message: expect.stringMatching(/^config of hello-world:\n {2}greeting: .+\n {2}ports\[1\]: .+$/) as string,
      where: { file: entry.origin.source, line: 3, column: 17, extension: 'hello-world' },
    });
  });

  it('is refused when the static "config" is no schema', async () => {
    await expect(validateConfig(typeWith({ a: 1 }), await withConfig('{}'), 'x')).rejects.toMatchObject({
      code: 'BACKLOT_E_CONFIG_INVALID',
      message: 'the static "config" of x is not a schema that implements Standard Schema',
    });
  });

  it('is refused when the schema throws, with what it threw', async () => {
    const schema = {
      '~standard': {
        version: 1,
        vendor: 'x',
        validate: () => {
          throw new RangeError('broken');
        },
      },
    };
    await expect(validateConfig(typeWith(schema), await withConfig('{}'), 'x')).rejects.toMatchObject({
      code: 'BACKLOT_E_CONFIG_INVALID',
      cause: expect.any(RangeError) as RangeError,
    });
  });
});
