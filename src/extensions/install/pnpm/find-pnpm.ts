import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';

/**
 * The native binary of pnpm for this machine, which npm installs as an optional dependency of ours: an absolute path, or
 * undefined when there is none for this machine or it was left out.
 */
export function findPnpm(): string | undefined {
  const require = createRequire(__filename);
  for (const name of binaryPackages()) {
    try {
      const folder = path.dirname(require.resolve(`${name}/package.json`));
      return path.join(folder, process.platform === 'win32' ? 'pnpm.exe' : 'pnpm');
    } catch {
      // Not this one.
    }
  }
  return undefined;
}

function binaryPackages(): string[] {
  const name = `@pnpm/exe.${process.platform}-${process.arch}`;
  return process.platform === 'linux' && usesMusl() ? [`${name}-musl`] : [name];
}

/** Whether the C library is musl, as on Alpine: binaries for the other one do not run there. */
function usesMusl(): boolean {
  const report = process.report?.getReport() as { header?: { glibcVersionRuntime?: string } } | undefined;
  if (report?.header?.glibcVersionRuntime !== undefined) return false;
  try {
    return execFileSync('ldd', ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).includes('musl');
  } catch (error) {
    return String((error as { stderr?: unknown }).stderr).includes('musl');
  }
}
