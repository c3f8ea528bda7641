import { execFileSync, spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

/**
 * Says to the e2e tests, through the environment, why they have no Docker engine. When they have one, says nothing, and
 * builds the image that they run; the engine’s cache makes that quick the second time.
 */
export default function findEngine(): void {
  try {
    execFileSync('docker', ['version', '--format', '{{.Server.Version}}'], { stdio: 'pipe', timeout: 10_000 });
    delete process.env.BACKLOT_TEST_NO_ENGINE;
  } catch (error) {
    const said = (error as { stderr?: Buffer }).stderr?.toString().trim().split('\n')[0];
    process.env.BACKLOT_TEST_NO_ENGINE = said || (error as Error).message.split('\n')[0] || 'docker did not answer';
    return;
  }
  const folder = resolve(__dirname, '..', '..');
  const built = spawnSync('docker', ['build', '-t', 'backlot:e2e', folder], { encoding: 'utf8', timeout: 600_000 });
  if (built.status !== 0) throw new Error(`the image cannot be built:\n${built.stdout}\n${built.stderr}`);
}
