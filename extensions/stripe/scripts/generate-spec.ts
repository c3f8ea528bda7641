/**
 * Writes the specification of Stripe's API from the official `stripe` package: the operations from its JavaScript, their
 * parameters and results from its type declarations. Part of the build; does nothing when its inputs are those of last
 * time.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { readSdk } from './read-sdk';

const OUT = join(__dirname, '..', 'dist');
const PARAMETERS = join(OUT, 'spec.json.br');
const VERSION_2 = join(OUT, 'spec-v2.json.br');
const SHAPES = join(OUT, 'shapes.json.br');
const STAMP = join(OUT, 'spec.inputs');

function main(): void {
  const sdk = join(dirname(require.resolve('stripe')), '..');
  const inputs = hashOf([join(sdk, 'package.json'), ...ownSources()]);
  const written = [PARAMETERS, VERSION_2, SHAPES, STAMP].every((file) => existsSync(file));
  if (written && readFileSync(STAMP, 'utf8') === inputs) return;

  const { parameters, version2, shapes } = readSdk(sdk);
  mkdirSync(OUT, { recursive: true });
  writeFileSync(PARAMETERS, compressed(parameters));
  writeFileSync(VERSION_2, compressed(version2));
  writeFileSync(SHAPES, compressed(shapes));
  writeFileSync(STAMP, inputs);
}

function ownSources(): string[] {
  return readdirSync(__dirname)
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(__dirname, name))
    .sort();
}

function hashOf(files: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(file)).update('\0');
  return hash.digest('hex');
}

function compressed(value: unknown): Buffer {
  return brotliCompressSync(JSON.stringify(value), {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 },
  });
}

main();
