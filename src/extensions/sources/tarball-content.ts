import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, open, readdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Transform, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type TarFs from 'tar-fs';
import { BacklotError } from '../../api/errors';
import { stopped, writeError } from './failures';
import { readIdentity, type PackageIdentity } from './package-identity';

/** Unpacked, a tarball may have this many times the bytes that it may have packed. */
const UNPACKED_RATIO = 8;
const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);
/** A block of a tar file, and where in it "ustar" stands. */
const TAR_BLOCK = 512;
const TAR_MAGIC_AT = 257;

/**
 * Reads a tarball to its end, and gives what the package in it calls itself. Throws BACKLOT_E_TARBALL_INVALID when it is
 * no tarball or not a whole one, and BACKLOT_E_PACKAGE_NOT_FOUND when it holds no package.json.
 */
export async function identityOfTarball(
  file: string,
  shown: string,
  { temporary, limits, signal }: { temporary: string; limits: { bytes: number }; signal?: AbortSignal },
): Promise<PackageIdentity> {
  const isGzip = await checkMagic(file, shown);
  const directory = await temporaryFolder(temporary);
  try {
    const stages = [limitBytes(limits.bytes * UNPACKED_RATIO, shown), extractPackageFile(directory)] as const;
    const source = createReadStream(file);
    const options = signal ? { signal } : {};
    try {
      if (isGzip) await pipeline(source, createGunzip(), ...stages, options);
      else await pipeline(source, ...stages, options);
    } catch (error) {
      if (signal?.aborted === true) throw stopped(signal);
      if (error instanceof BacklotError) throw error;
      throw invalid(`${shown} is not a whole tarball: ${(error as Error).message}`, error);
    }
    return await identityIn(directory, shown);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Whether the file is compressed; throws when it is neither that nor a tar file. */
async function checkMagic(file: string, shown: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const start = Buffer.alloc(TAR_BLOCK);
    const { bytesRead } = await handle.read(start, 0, TAR_BLOCK, 0);
    if (start.subarray(0, 2).equals(GZIP_MAGIC)) return true;
    if (start.subarray(TAR_MAGIC_AT, TAR_MAGIC_AT + 5).toString('latin1') === 'ustar') return false;
    const words = start
      .subarray(0, Math.min(bytesRead, 40))
      .toString('latin1')
      .replace(/[^ -~]+/g, ' ')
      .trim();
    throw invalid(`${shown} is not a tarball: it ${bytesRead === 0 ? 'is empty' : `begins with "${words}"`}`);
  } finally {
    await handle.close();
  }
}

/** Writes the package.json below the one folder that npm's tarballs have, whatever it is called, and nothing else. */
function extractPackageFile(directory: string): Writable {
  // Loaded when needed: most starts look into no tarball.
  const { extract } = createRequire(__filename)('tar-fs') as typeof TarFs;
  return extract(directory, {
    ignore: (name, header) => {
      const parts = path.relative(directory, name).split(path.sep);
      return header?.type !== 'file' || parts.length !== 2 || parts[1] !== 'package.json';
    },
    dmode: 0o700,
    fmode: 0o600,
  });
}

async function identityIn(directory: string, shown: string): Promise<PackageIdentity> {
  for (const folder of (await readdir(directory)).sort()) {
    const identity = await readIdentity(path.join(directory, folder), shown);
    if (identity) return identity;
  }
  throw new BacklotError('BACKLOT_E_PACKAGE_NOT_FOUND', `${shown} holds no package.json`);
}

function limitBytes(limit: number, shown: string): Transform {
  let seen = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done): void {
      seen += chunk.length;
      if (seen > limit) done(invalid(`${shown} unpacks to more than ${limit} bytes`));
      else done(null, chunk);
    },
  });
}

async function temporaryFolder(parent: string): Promise<string> {
  try {
    await mkdir(parent, { recursive: true });
    return await mkdtemp(path.join(parent, 'tarball-'));
  } catch (error) {
    throw writeError(error, parent);
  }
}

function invalid(message: string, cause?: unknown): BacklotError {
  return new BacklotError('BACKLOT_E_TARBALL_INVALID', message, cause === undefined ? {} : { cause });
}
