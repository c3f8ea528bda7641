import { copyFile, mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { BacklotError } from '../../api/errors';
import type { LockedExtension, LockedSource } from '../lock';
import { fetchPackage, type FetchedPackage } from '../sources';
import { displaySpec } from '../spec';
import { asInstallError } from './as-install-error';
import { finishTree, type Platform } from './finish-tree';
import { ROOT_TARBALL, type InstallEngine, type TreeRequest, type TreeResult } from './install-engine';
import type { Library } from './library';
import { forEachLimited } from './limited';
import type { LockedTree } from './locked-tree';
import { keyOfPlan, type TreePlan } from './plan';
import type { Receipt } from './receipt';

/** Plans that lead to the same tree, or ask the same question. */
export interface Work {
  readonly plans: readonly [TreePlan, ...TreePlan[]];
}

/** What came of a work: a whole tree in the library, or an error. */
export type WorkResult =
  | { readonly key: string; readonly receipt: Receipt; readonly locked: LockedExtension }
  | { readonly error: BacklotError };

export interface WorkOptions {
  readonly library: Library;
  readonly engine: InstallEngine;
  readonly platform: Platform;
  /** Where fetched packages are kept that no registry has. */
  readonly store: string;
  readonly temporary: string;
  /** How long a host may take for one answer, in milliseconds. */
  readonly fetchTimeout: number;
  readonly offline: boolean;
  readonly signal: AbortSignal;
}

/** How many packages are fetched at the same time. */
const PARALLEL = 3;

/**
 * Fetches, resolves and installs, all trees in one go, beside the library, and moves each into it when it is whole.
 * `onResult` is called once for each work, and is awaited. To be called under the lock of the library.
 */
export async function installWorks(
  works: readonly Work[],
  options: WorkOptions,
  onResult: (work: Work, result: WorkResult) => Promise<void>,
): Promise<void> {
  const { library, engine, signal, offline } = options;
  await library.withStaging(async (workspace) => {
    const staged: Staged[] = [];
    await forEachLimited([...works.entries()], PARALLEL, async ([index, work]) => {
      try {
        staged.push(await stage(work, path.join(workspace, String(index)), options));
      } catch (thrown) {
        await onResult(work, { error: asInstallError(thrown, displaySpec(work.plans[0].entry.spec), options.store) });
      }
    });
    if (staged.length === 0) return;
    const call = { workspace, signal, offline };
    let results = await engine.install(
      staged.map(({ request }) => request),
      call,
    );
    results = await retryFromKept(results, options, workspace);
    signal.throwIfAborted();
    for (const [index, each] of staged.entries()) {
      await onResult(each.work, await finish(each, results[index] as TreeResult, options));
    }
  });
}

interface Staged {
  readonly work: Work;
  readonly request: TreeRequest;
  readonly source: LockedSource;
}

/** Makes the folder of a tree, with the tarball of a package that no registry has. */
async function stage(work: Work, directory: string, options: WorkOptions): Promise<Staged> {
  await mkdir(directory, { recursive: true });
  const [plan] = work.plans;
  const { spec, entry, locked, isOfficial } = plan;
  const common = { directory, subject: displaySpec(entry.spec), allowScripts: entry.allowScripts === true };
  if (spec.kind === 'registry') {
    const source = { kind: 'registry', name: spec.name, range: spec.range } as const;
    const request = { ...common, source, ...(locked ? { locked } : {}) };
    return { work, request, source: { kind: 'registry' } };
  }
  const fetched = await fetchOne(plan, options);
  const tarball = path.join(directory, ROOT_TARBALL);
  await copyFile(fetched.tarball, tarball);
  const tree = locked && withRootIntegrity(locked, fetched.bytes);
  return {
    work,
    request: { ...common, source: { kind: 'tarball' }, ...(tree ? { locked: tree } : {}) },
    source: isOfficial ? { kind: 'bundled' } : fetched.resolution,
  };
}

function fetchOne({ spec, locked, isOfficial }: TreePlan, options: WorkOptions): Promise<FetchedPackage> {
  if (spec.kind === 'registry') throw new TypeError('the engine fetches packages of a registry');
  const { source } = locked ?? {};
  const isPinned = source && source.kind !== 'registry' && source.kind !== 'bundled' && !isOfficial;
  return fetchPackage(spec, {
    store: options.store,
    temporary: options.temporary,
    pack: (folder, file, signal) => options.engine.pack(folder, file, signal),
    limits: { silence: options.fetchTimeout },
    offline: options.offline,
    signal: options.signal,
    ...(isPinned ? { locked: source } : {}),
  });
}

/** A registry that does not answer is no reason to fail where everything was fetched before. */
async function retryFromKept(
  results: readonly TreeResult[],
  { engine, offline, signal }: WorkOptions,
  workspace: string,
): Promise<TreeResult[]> {
  const isCutOff = (result: TreeResult): boolean =>
    'error' in result && result.error.code === 'BACKLOT_E_REGISTRY_UNREACHABLE';
  const cutOff = results.filter(isCutOff).map(({ request }) => request);
  if (offline || cutOff.length === 0 || signal.aborted) return [...results];
  for (const { directory } of cutOff) {
    await rm(path.join(directory, 'node_modules'), { recursive: true, force: true });
  }
  const again = await engine.install(cutOff, { workspace, signal, offline: true });
  return results.map((result) => {
    const second = again.find(({ request }) => request === result.request);
    // The first error says what is wrong; that it was not kept either follows from it.
    return second && 'tree' in second ? second : result;
  });
}

async function finish(
  { work, request, source }: Staged,
  result: TreeResult,
  { library, platform }: WorkOptions,
): Promise<WorkResult> {
  const [plan] = work.plans;
  if ('error' in result) return { error: result.error };
  try {
    const tree = request.source.kind === 'tarball' ? withoutRootIntegrity(result.tree) : result.tree;
    const locked: LockedExtension = plan.locked ?? { source, root: tree.root, packages: tree.packages };
    const receipt = await finishTree(request.directory, displaySpec(plan.entry.spec), locked, platform);
    const key = keyOfPlan(plan, locked);
    await library.moveIn(request.directory, key);
    return { key, receipt, locked };
  } catch (thrown) {
    return { error: asInstallError(thrown, displaySpec(plan.entry.spec), request.directory) };
  }
}

/**
 * The bytes of a tarball that was packed here may differ from machine to machine; what it holds is pinned by the source.
 * So the lock leaves them out, and the engine gets those of the tarball that it is given.
 */
function withoutRootIntegrity(tree: LockedTree): LockedTree {
  const root = tree.packages[tree.root];
  if (!root) return tree;
  return { ...tree, packages: { ...tree.packages, [tree.root]: { ...root, resolution: {} } } };
}

function withRootIntegrity({ root, packages }: LockedTree, integrity: string): LockedTree {
  const own = packages[root];
  return own ? { root, packages: { ...packages, [root]: { ...own, resolution: { integrity } } } } : { root, packages };
}
