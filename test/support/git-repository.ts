import { execFileSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { temporaryDirectory, writeFiles } from './temporary-directory';

/** Nothing of the user's own configuration; a fixed author and time, so that the same steps make the same commits. */
export const GIT_ENVIRONMENT = {
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'A Tester',
  GIT_AUTHOR_EMAIL: 'tester@example.com',
  GIT_AUTHOR_DATE: '2026-01-01T00:00:00Z',
  GIT_COMMITTER_NAME: 'A Tester',
  GIT_COMMITTER_EMAIL: 'tester@example.com',
  GIT_COMMITTER_DATE: '2026-01-01T00:00:00Z',
} as const;

/** A real repository with the branch `main`, in a folder of a test's own; removed when the test file is through. */
export class GitRepository {
  readonly directory = temporaryDirectory();

  constructor() {
    this.git('init', '--quiet', '--initial-branch=main');
  }

  /** As a spec has it. */
  get spec(): string {
    return `git+${pathToFileURL(this.directory).href}`;
  }

  /** Gives what git says. */
  git(...args: string[]): string {
    const env = { ...process.env, ...GIT_ENVIRONMENT };
    return execFileSync('git', args, { cwd: this.directory, env, encoding: 'utf8', stdio: 'pipe' }).trim();
  }

  /** Writes files and commits all there is. Gives the commit. */
  commit(files: Readonly<Record<string, unknown>>, message = 'Change'): string {
    writeFiles(this.directory, files);
    this.git('add', '--all');
    this.git('commit', '--quiet', '--allow-empty', '--message', message);
    return this.git('rev-parse', 'HEAD');
  }

  /** A light tag on the commit that is checked out; with a message one that is an object of its own. */
  tag(name: string, message?: string): void {
    this.git('tag', ...(message === undefined ? [] : ['--annotate', '--message', message]), name);
  }

  branch(name: string): void {
    this.git('checkout', '--quiet', '-B', name);
  }

  checkout(name: string): void {
    this.git('checkout', '--quiet', name);
  }
}
