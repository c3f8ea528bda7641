import { type Check, failed, ok, warning } from './check';

/** The engine is there. Its failure says what was tried. */
export const engine: Check = {
  name: 'engine',
  async run(patient) {
    const { description } = await patient.engine;
    const { product, platform } = await patient.facts;
    const found = `${product} on ${platform} at ${description}`;
    return platform.startsWith('windows')
      ? failed(`${found}, which runs containers of Windows`, 'Switch the engine to Linux containers.')
      : ok(found);
  },
};

/** The oldest API that Backlot is tested with: that of Docker 20.10. */
const OLDEST_API = [1, 41] as const;

export const apiVersion: Check = {
  name: 'engine API',
  needsEngine: true,
  async run(patient) {
    const { apiVersion: version } = await patient.facts;
    const [major = 0, minor = 0] = version.split('.').map(Number);
    const isOld = major < OLDEST_API[0] || (major === OLDEST_API[0] && minor < OLDEST_API[1]);
    if (!isOld) return ok(version);
    return warning(
      `${version || 'none'}, older than ${OLDEST_API.join('.')}`,
      'Update the engine to Docker 20.10, Podman 4 or newer.',
    );
  },
};

const GIB = 1024 ** 3;

/** What the platform and a few extensions need in peace. */
const LEAST_MEMORY = GIB;

export const resources: Check = {
  name: 'engine resources',
  needsEngine: true,
  async run(patient) {
    const { processors, memoryBytes } = await patient.facts;
    if (memoryBytes === 0) return ok('the engine does not say what it has');
    const found = `${processors} ${processors === 1 ? 'processor' : 'processors'}, ${(memoryBytes / GIB).toFixed(1)} GiB of memory`;
    if (memoryBytes >= LEAST_MEMORY) return ok(found);
    return warning(
      `${found}, which is little`,
      'Give the virtual machine of the engine 2 GiB (Docker Desktop: Settings, Resources).',
    );
  },
};

/** More than this is seen in logs and expiry times, in milliseconds; and more than that voids signatures and certificates. */
const SEEN_MS = 5_000;
const VOID_MS = 300_000;

export const clock: Check = {
  name: 'clock',
  needsEngine: true,
  async run(patient) {
    const { time } = await patient.facts;
    if (time === undefined) return ok('the engine does not say what time it has');
    // What the answer took counts as a difference, too; that is less than what matters.
    const difference = time.getTime() - Date.now();
    const seconds = Math.round(Math.abs(difference) / 1000);
    if (Math.abs(difference) < SEEN_MS) return ok('that of the engine is that of this machine');
    const found = `that of the engine is ${seconds} s ${difference > 0 ? 'ahead of' : 'behind'} that of this machine`;
    const mend = 'Restart the engine or its virtual machine, whose clock stands still while a laptop sleeps.';
    return Math.abs(difference) < VOID_MS ? warning(found, mend) : failed(found, mend);
  },
};
