/** The files that the build writes beside the code. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';

/** What `scripts/parameter-types.ts` writes: a sort, or a list that begins with one. */
export type ParameterType = string | readonly [string, ...unknown[]];
/** What `scripts/shape-types.ts` writes, likewise. */
export type ShapeType = string | readonly [string, ...unknown[]];

export type OperationRow = readonly [
  method: string,
  path: string,
  kind: string,
  result: string,
  deletes: 0 | 1,
  parameters: number,
];

export interface ParameterFile {
  readonly version: string;
  readonly operations: readonly OperationRow[];
  readonly types: readonly ParameterType[];
}

/** What there is of version 2 besides. */
export interface Version2File extends ParameterFile {
  /** By the type of an event notification: the kind of its related object, empty where it is about none. */
  readonly notifications: Readonly<Record<string, string>>;
}

export interface ShapeFile {
  readonly kinds: Readonly<Record<string, number>>;
  readonly types: readonly ShapeType[];
}

let parameters: ParameterFile | undefined;
let version2: Version2File | undefined;
let shapes: ShapeFile | undefined;

export function parameterFile(): ParameterFile {
  return (parameters ??= read('spec.json.br') as ParameterFile);
}

export function version2File(): Version2File {
  return (version2 ??= read('spec-v2.json.br') as Version2File);
}

export function shapeFile(): ShapeFile {
  return (shapes ??= read('shapes.json.br') as ShapeFile);
}

/** They are in `dist`, which this file may be in or stand beside. */
function read(name: string): unknown {
  return JSON.parse(brotliDecompressSync(readFileSync(join(__dirname, '..', '..', 'dist', name))).toString());
}
