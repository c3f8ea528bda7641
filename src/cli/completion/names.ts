import path from 'node:path';
import type { Hint } from './hints';

/** How long names may be looked up: somebody waits with a finger on the key. In milliseconds. */
const LIMIT_MS = 1_000;

type Kind = Extract<Hint, string>;

/** The names that there are; none when they cannot be told in time. */
export async function lookUpNames(kind: Kind): Promise<readonly string[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string[]>((resolve) => {
    timer = setTimeout(() => resolve([]), LIMIT_MS);
  });
  try {
    return await Promise.race([LOOK_UP[kind](), late]);
  } catch {
    return [];
  } finally {
    clearTimeout(timer);
  }
}

const LOOK_UP: Readonly<Record<Kind, () => Promise<string[]>>> = {
  async containers() {
    const [{ findEngine }, { MANAGED_BY }] = await Promise.all([
      import('../../engine/find-engine.js'),
      import('../../host/labels.js'),
    ]);
    const engine = await findEngine();
    const listed = await engine.listContainers(MANAGED_BY);
    const containers = await Promise.all(listed.map(({ id }) => engine.inspectContainer(id)));
    return containers.flatMap((container) => container?.name ?? []).sort();
  },
  async extensions() {
    const [{ readExtensionList }, { nameEntries }] = await Promise.all([
      import('../../extensions/list/index.js'),
      import('../../host/name-entries.js'),
    ]);
    const file = path.resolve('extensions.json');
    const named = await nameEntries(file, await readExtensionList(file, { mustExist: true }));
    return [...new Set(named.flatMap(({ names }) => names))].sort();
  },
  async snapshots() {
    const [{ findRunning }, { LiveState }] = await Promise.all([
      import('../../host/find-running.js'),
      import('../../host/live-state.js'),
    ]);
    const url = await findRunning({});
    if (url === undefined) return [];
    return (await new LiveState(url, {}).snapshots()).map(({ name }) => name).sort();
  },
};
