export { fetchPackage, type FetchedPackage, type FetchOptions } from './fetch-package';
export { identityOfFolder, integrityOfLocal } from './fetch-local';
export { newestCommits } from './git/newest-commit';
export type { FetchLimits } from './limits';
export { Resolution } from './resolution';
