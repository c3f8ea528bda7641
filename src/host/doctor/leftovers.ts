import type { ContainerEngine } from '../../engine/engine';
import { SESSION_LABEL } from '../../extensions/containers/labels';
import { isDead, newSession, parseSession } from '../../extensions/containers/session';
import { MANAGED_BY } from '../labels';
import { type Check, ok, warning } from './check';

/** Containers that nobody needs any more. */
export const leftovers: Check = {
  name: 'leftovers',
  needsEngine: true,
  async run({ engine: promise }) {
    const engine = await promise;
    const [ended, orphans] = await Promise.all([endedInstances(engine), orphansOfExtensions(engine)]);
    const found = [
      ...(ended.length === 0 ? [] : [`instances that have ended: ${ended.join(', ')}`]),
      ...(orphans.length === 0 ? [] : [`containers of extensions whose platform is gone: ${orphans.join(', ')}`]),
    ];
    if (found.length === 0) return ok('none');
    const mend = [
      ...ended.map((name) => `backlot stop --name ${name}`),
      ...(orphans.length === 0 ? [] : [`docker rm -f ${orphans.join(' ')}`]),
    ];
    return warning(found.join('; '), mend.join(' && '));
  },
};

async function endedInstances(engine: ContainerEngine): Promise<string[]> {
  const listed = await engine.listContainers(MANAGED_BY);
  const containers = await Promise.all(listed.map(({ id }) => engine.inspectContainer(id)));
  return containers.flatMap((container) =>
    container && container.finishedAt !== undefined && !container.running ? container.name : [],
  );
}

async function orphansOfExtensions(engine: ContainerEngine): Promise<string[]> {
  const self = newSession(undefined);
  const names = (await engine.listContainers(SESSION_LABEL)).map(async ({ id, labels }) => {
    const session = parseSession(labels[SESSION_LABEL]);
    if (!session || !(await isDead(session, self, engine))) return [];
    return (await engine.inspectContainer(id))?.name ?? [];
  });
  return (await Promise.all(names)).flat();
}
