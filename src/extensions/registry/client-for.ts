import path from 'node:path';
import { RegistryClient } from './registry-client';
import { readRegistrySettings } from './registry-settings';

/** A client with the settings that hold for a list of extensions: those beside it, the user's and the machine's. */
export async function clientFor(extensionsFile: string): Promise<RegistryClient> {
  return new RegistryClient(
    await readRegistrySettings({ projectDirectory: path.dirname(path.resolve(extensionsFile)) }),
  );
}
