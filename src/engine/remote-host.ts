import type { ContainerEngine } from './engine';

/** The name of the engine's machine when that is another one than ours; undefined when it is ours. */
export function remoteHost({ host }: Pick<ContainerEngine, 'host'>): string | undefined {
  return host === undefined || host === 'localhost' || host === '::1' || host.startsWith('127.') ? undefined : host;
}
