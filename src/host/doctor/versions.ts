import { VERSION } from '../../extensions/own-package';
import { status } from '../status';
import { type Check, failed, ok, warning } from './check';

/** The oldest Node that Backlot is tested with, as package.json says under `engines`. */
const OLDEST_NODE = 20;

const command: Check = {
  name: 'command',
  run() {
    const found = `backlot ${VERSION} on Node ${process.versions.node}`;
    if (Number(process.versions.node.split('.')[0]) >= OLDEST_NODE) return ok(found);
    return failed(`${found}, which is too old`, `Install Node ${OLDEST_NODE} or newer.`);
  },
};

const image: Check = {
  name: 'image',
  needsEngine: true,
  async run({ engine, image: name }) {
    const id = await (await engine).imageId(name);
    if (id === undefined) return ok(`${name} is not here yet: the first start builds or pulls it`);
    return ok(`${name} is here (${id.replace(/^sha256:/, '').slice(0, 12)})`);
  },
};

const instance: Check = {
  name: 'instance',
  needsEngine: true,
  async run({ engine, name }) {
    const found = await status(await engine, name);
    const again = `backlot restart${name === 'backlot-main' ? '' : ` --name ${name}`}`;
    switch (found.state) {
      case 'absent':
        return ok(`${name} does not run`);
      case 'stopped':
        return warning(
          `${name} has ended with exit code ${found.exitCode}`,
          `See why with \`backlot logs --name ${name}\`; \`${again}\` starts it anew.`,
        );
      case 'starting':
        return warning(`${name} runs, but is not ready`, `See what it waits for: backlot logs --name ${name}`);
      case 'ready': {
        const words = `${name} runs Backlot ${found.version ?? 'of an unknown version'}`;
        if (!found.ours) return ok(`${words}, not started by this command`);
        if (found.outdated) return warning(`${words}, of an older image than there is now`, again);
        return found.version === undefined || found.version === VERSION
          ? ok(words)
          : warning(`${words}, and this command is ${VERSION}`, again);
      }
    }
  },
};

export const versions = [command, image, instance];
