/**
 * `npm run bench:install`: installing five extensions beside `npm install` of the same five, in one run. Both are whole
 * processes, alternate, and use the registry that npm is set up with; the median of the rounds counts.
 *
 * Cold: nothing was ever fetched. Warm: everything is kept but what is installed. Satisfied: nothing is to be done.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROUNDS = 5;
const DEPENDENCIES = { express: '^5', zod: '^4', winston: '^3', chokidar: '^4', semver: '^7' };

const home = mkdtempSync(join(tmpdir(), 'backlot-bench-install-'));

/** Five tarballs of extensions, each with a dependency. */
function packages(): string[] {
  return Object.entries(DEPENDENCIES).map(([dependency, range]) => {
    const name = `backlot-extension-bench-${dependency}`;
    const folder = join(home, name);
    mkdirSync(folder);
    const manifest = {
      name,
      version: '1.0.0',
      dependencies: { [dependency]: range },
      backlot: { extensions: { x: './i.js' } },
    };
    writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
    writeFileSync(join(folder, 'i.js'), '');
    execFileSync('npm', ['pack', '--silent', '--pack-destination', home], { cwd: folder });
    return join(home, `${name}-1.0.0.tgz`);
  });
}

function timed(run: () => void): number {
  const began = performance.now();
  run();
  return performance.now() - began;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

function main(): void {
  const tarballs = packages();
  const list = join(home, 'extensions.json');
  writeFileSync(list, JSON.stringify({ extensions: tarballs.map((file) => `file:${file}`) }));
  const volume = join(home, 'volume');
  const project = join(home, 'project');
  const checks: number[] = [];
  const ours = (): void => {
    const output = execFileSync(process.execPath, [join(__dirname, 'install-driver.js'), list, volume], {
      encoding: 'utf8',
    });
    checks.push((JSON.parse(output) as { milliseconds: number }).milliseconds);
  };
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--silent', '--cache', join(home, 'npm-cache')];
  const theirs = (): void => {
    mkdirSync(project, { recursive: true });
    execFileSync('npm', ['install', ...flags, ...tarballs], { cwd: project, stdio: 'ignore' });
  };
  const gone = (...places: string[]): void => {
    for (const place of places) rmSync(place, { recursive: true, force: true });
  };
  const rows: Record<string, { backlot: number[]; npm: number[] }> = {};
  const note = (what: string, backlot: number, npm: number): void => {
    const row = (rows[what] ??= { backlot: [], npm: [] });
    row.backlot.push(backlot);
    row.npm.push(npm);
  };
  const satisfied: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    gone(volume, project, join(home, 'npm-cache'), join(home, 'extensions.lock.json'));
    note('cold', timed(ours), timed(theirs));
    const lock = join(home, 'extensions.lock.json');
    gone(join(volume, 'lib'), lock, join(project, 'node_modules'));
    note('warm, no lock', timed(ours), timed(theirs));
    gone(join(volume, 'lib'), join(project, 'node_modules'));
    note('warm, locked', timed(ours), timed(theirs));
    note('satisfied', timed(ours), timed(theirs));
    satisfied.push(checks.at(-1) ?? NaN);
  }
  console.log(`node ${process.version}, ${tarballs.length} extensions, median of ${ROUNDS} rounds, whole processes\n`);
  console.table(
    Object.fromEntries(
      Object.entries(rows).map(([what, { backlot, npm }]) => [
        what,
        {
          'Backlot ms': Math.round(median(backlot)),
          'npm ms': Math.round(median(npm)),
          'of npm': `${(median(backlot) / median(npm)).toFixed(2)}×`,
        },
      ]),
    ),
  );
  console.log(`the check of a satisfied set alone: ${median(satisfied).toFixed(1)} ms`);
}

try {
  main();
} finally {
  rmSync(home, { recursive: true, force: true });
}
