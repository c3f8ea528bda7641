import { BacklotError } from '../../api/errors';

const NOT_WRITABLE = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'ENOTDIR', 'EEXIST']);

/** The error of a fetch that was stopped by its signal. */
export function stopped(signal: AbortSignal | undefined): BacklotError {
  return new BacklotError('BACKLOT_E_INSTALL_FAILED', 'the installation was stopped', { cause: signal?.reason });
}

/** The error of something that is neither in the store nor may be fetched. */
export function offline(shown: string): BacklotError {
  return new BacklotError('BACKLOT_E_OFFLINE', `${shown} is not kept in the volume, and the network may not be used`);
}

/** What a failure to write means; any other error as it is. */
export function writeError(error: unknown, directory: string): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (error instanceof BacklotError || code === undefined || !NOT_WRITABLE.has(code)) return error;
  const isFull = code === 'ENOSPC' || code === 'EDQUOT';
  return new BacklotError(
    isFull ? 'BACKLOT_E_VOLUME_FULL' : 'BACKLOT_E_VOLUME_NOT_WRITABLE',
    `${directory} cannot be written to: ${message}`,
    { cause: error },
  );
}
