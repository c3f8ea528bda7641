import { readFile } from 'node:fs/promises';
import { BacklotError } from '../../../api/errors';
import { readPem, type KeyWithChain } from './pem';

/**
 * Reads the certificate that a user gives: one PEM file with the private key, its certificate, and the chain above it.
 * Throws BACKLOT_E_CERTIFICATE_UNREADABLE or BACKLOT_E_CERTIFICATE_INVALID.
 */
export async function readCustomCertificate(file: string): Promise<KeyWithChain> {
  const where = { file };
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    const { code = '' } = cause as NodeJS.ErrnoException;
    const why = { ENOENT: 'does not exist', EISDIR: 'is a folder, not a file', EACCES: 'may not be read' }[code];
    const message = `${file}, which CUSTOM_SSL_CERT_PATH names, ${why ?? 'cannot be read'}`;
    throw new BacklotError('BACKLOT_E_CERTIFICATE_UNREADABLE', message, { where, cause });
  }
  try {
    return readPem(text);
  } catch (error) {
    const { message, cause } = error as Error;
    throw new BacklotError(
      'BACKLOT_E_CERTIFICATE_INVALID',
      `${file}, which CUSTOM_SSL_CERT_PATH names, cannot be used: ${message}`,
      { where, ...(cause === undefined ? {} : { cause }) },
    );
  }
}
