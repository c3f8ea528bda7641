import { execFileSync } from 'node:child_process';
import { temporaryDirectory, writeFiles } from './temporary-directory';

/** A real git repository in a folder of its own. */
export class GitRepository {
  readonly directory = temporaryDirectory();

  constructor(files: Readonly<Record<string, unknown>> = {}) {
    this.git('init', '--quiet', '--initial-branch=main');
    if (Object.keys(files).length > 0) this.commit(files);
  }

  /** Writes files and commits them all; gives the hash of the commit. */
  commit(files: Readonly<Record<string, unknown>>, message = 'change'): string {
    writeFiles(this.directory, files);
    this.git('add', '--all');
    this.git('commit', '--quiet', '--message', message);
    return this.head;
  }

  tag(name: string, annotated = false): void {
    this.git('tag', ...(annotated ? ['--annotate', '--message', name] : []), name);
  }

  branch(name: string): void {
    this.git('checkout', '--quiet', '-B', name);
  }

  get head(): string {
    return this.git('rev-parse', 'HEAD');
  }

  git(...args: string[]): string {
    const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.com'];
    return execFileSync('git', [...identity, ...args], { cwd: this.directory, encoding: 'utf8' }).trim();
  }
}
