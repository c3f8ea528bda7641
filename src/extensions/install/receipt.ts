import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import type { LockedPackage } from './locked-tree';

/** Part of every key: raise it when a tree that older code made can no longer be used. */
export const LAYOUT = 2;

/** For which Node and machine a tree was installed. */
export const TARGET = `node${process.versions.modules}-${process.platform}-${process.arch}`;

const RECEIPT_FILE = 'installed.json';

const Receipt = v.object({
  layout: v.literal(LAYOUT),
  /** As the entry wrote it. */
  spec: v.string(),
  package: v.string(),
  version: v.string(),
  /** The root of the package, relative to the tree. */
  directory: v.string(),
  target: v.string(),
  /** The links to the one copy of Backlot, relative to the tree. */
  links: v.array(v.string()),
  installedAt: v.pipe(v.string(), v.isoTimestamp()),
  /** The key of the package among `packages`, and all that is in the tree. */
  root: v.string(),
  // Nobody writes a receipt by hand, and each start reads them all: it is not looked into.
  packages: v.custom<Record<string, LockedPackage>>((value) => typeof value === 'object' && value !== null),
});

/** What is written into a tree last: with it the tree is whole. */
export type Receipt = v.InferOutput<typeof Receipt>;

export async function writeReceipt(tree: string, receipt: Receipt): Promise<void> {
  await writeFile(path.join(tree, RECEIPT_FILE), `${JSON.stringify(receipt)}\n`);
}

/**
 * The receipt of a tree; undefined when there is none, or none that this version understands. Read at once: each start
 * reads them all before it does anything else, and waiting for a file takes ten times as long as reading it.
 */
export function readReceipt(tree: string): Receipt | undefined {
  try {
    const parsed = v.safeParse(Receipt, JSON.parse(readFileSync(path.join(tree, RECEIPT_FILE), 'utf8')));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}
