import { asBacklotError, BacklotError } from '../../api/errors';
import { volumeError } from './library-lock';

const VOLUME_CODES = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'ENOTDIR']);

/** What was thrown while something was installed; a refusal of the file system is about the volume with that directory. */
export function asInstallError(thrown: unknown, subject: string, directory: string): BacklotError {
  if (!(thrown instanceof BacklotError)) {
    const code = (thrown as NodeJS.ErrnoException | undefined)?.code;
    if (code !== undefined && VOLUME_CODES.has(code)) return volumeError(thrown as NodeJS.ErrnoException, directory);
  }
  return asBacklotError(thrown, 'BACKLOT_E_INSTALL_FAILED', `${subject} could not be installed`);
}
