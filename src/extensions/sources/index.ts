export { integrityOfFile, integrityOfFolder } from './content-hash';
export {
  fetchPackage,
  integrityOfSource,
  type FetchedPackage,
  type FetchOptions,
  type Resolution,
} from './fetch-package';
export { readFolderPackage } from './folder-package';
