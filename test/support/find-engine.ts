import { execFileSync } from 'node:child_process';

/** Says to the e2e tests, through the environment, why they have no Docker engine; says nothing when they have one. */
export default function findEngine(): void {
  try {
    execFileSync('docker', ['version', '--format', '{{.Server.Version}}'], { stdio: 'pipe', timeout: 10_000 });
    delete process.env.BACKLOT_TEST_NO_ENGINE;
  } catch (error) {
    const said = (error as { stderr?: Buffer }).stderr?.toString().trim().split('\n')[0];
    process.env.BACKLOT_TEST_NO_ENGINE = said || (error as Error).message.split('\n')[0] || 'docker did not answer';
  }
}
