import type { BacklotError } from '../../../api/errors';
import { displaySpec, withoutCredentials } from '../../spec';
import type { FetchContext } from '../fetch-package';
import { gitEnvironment } from './git-environment';
import { gitError, localGitError } from './git-errors';
import { runGit, type GitOutput } from './run-git';

/** A remote repository, with the git that talks to it. */
export class GitRemote {
  /** For messages, as in `the repository https://host/x.git`. */
  readonly shown: string;
  /** For messages, as in `the host example.com`. */
  readonly host: string;
  readonly #url: string;

  private constructor(
    url: string,
    private readonly environment: NodeJS.ProcessEnv,
    private readonly context: Pick<FetchContext, 'limits' | 'signal'>,
  ) {
    this.#url = url;
    this.shown = `repository ${displaySpec({ kind: 'git', url })}`;
    this.host = hostOf(url);
  }

  /** `directory` is any that exists. Throws BACKLOT_E_GIT_MISSING. */
  static async connect(
    address: string,
    directory: string,
    context: Pick<FetchContext, 'limits' | 'signal'>,
  ): Promise<GitRemote> {
    const { url, settings } = separateCredentials(address);
    return new GitRemote(url, await gitEnvironment(directory, settings), context);
  }

  /** What git says about the remote; `URL` among the arguments stands for its address. Throws what `gitError` makes of a failure. */
  async ask(args: readonly string[], directory: string): Promise<string> {
    const output = await this.try(args, directory);
    if (output.code === 0) return output.stdout;
    throw this.errorOf(output);
  }

  /** As {@link ask}, without throwing for git's own failures. */
  async try(args: readonly string[], directory: string): Promise<GitOutput> {
    const withUrl = args.map((argument) => (argument === 'URL' ? this.#url : argument));
    return this.#run(withUrl, directory, this.host);
  }

  /** Runs git on what is here already. Throws BACKLOT_E_INSTALL_FAILED with git's words. */
  async local(args: readonly string[], directory: string): Promise<string> {
    const output = await this.#run(args, directory);
    if (output.code === 0) return output.stdout;
    throw localGitError(output, this.shown);
  }

  /** As {@link local}; undefined when git fails. */
  async tryLocal(args: readonly string[], directory: string): Promise<string | undefined> {
    const { code, stdout } = await this.#run(args, directory);
    return code === 0 ? stdout : undefined;
  }

  /** What a failure to talk to the remote means. */
  errorOf(output: GitOutput): BacklotError {
    return gitError(output, this.host, this.shown);
  }

  async #run(args: readonly string[], directory: string, host?: string): Promise<GitOutput> {
    const { limits, signal } = this.context;
    return runGit({
      args,
      directory,
      environment: this.environment,
      limits,
      ...(host === undefined ? {} : { host }),
      ...(signal ? { signal } : {}),
    });
  }
}

/** Credentials go by the environment: arguments are to be seen by every user of the machine. */
function separateCredentials(address: string): { url: string; settings: [string, string][] } {
  if (!/^https?:/.test(address)) return { url: address, settings: [] };
  const { username, password, origin } = new URL(address);
  if (username === '' && password === '') return { url: address, settings: [] };
  const pair = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64');
  return {
    url: withoutCredentials(address),
    settings: [[`http.${origin}/.extraHeader`, `Authorization: Basic ${pair}`]],
  };
}

function hostOf(url: string): string {
  if (url.startsWith('file:')) return 'git on this machine';
  const scp = /^[\w.-]+@([\w.-]+):(?!\/\/)/.exec(url)?.[1];
  return `the host ${scp ?? new URL(url).host}`;
}
