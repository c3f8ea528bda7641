import { runGit } from './run-git';

/** Set by a git that runs us, as in its hooks: they name a repository that is not meant here. */
const OF_ANOTHER_REPOSITORY = new Set([
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_OBJECT_DIRECTORY',
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_COMMON_DIR',
  'GIT_NAMESPACE',
  'GIT_PREFIX',
  'GIT_CEILING_DIRECTORIES',
  'GIT_TEMPLATE_DIR',
]);

/** So that the files of a commit are the same on every machine, and nothing of the user's runs by itself. */
const SETTINGS: readonly (readonly [string, string])[] = [
  ['core.hooksPath', '/dev/null'],
  ['core.attributesFile', '/dev/null'],
  ['core.autocrlf', 'false'],
  ['core.eol', 'lf'],
  ['core.fsmonitor', 'false'],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
  ['submodule.recurse', 'false'],
  ['fetch.recurseSubmodules', 'false'],
  ['protocol.ext.allow', 'never'],
];

/**
 * The environment for git: it never asks, speaks English, runs no hooks, and uses only protocols that cannot run a
 * command. The user's own configuration counts: proxies, credential helpers, `url.….insteadOf`, ssh.
 */
export async function gitEnvironment(directory: string, settings: readonly (readonly [string, string])[] = []) {
  const environment: NodeJS.ProcessEnv = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (!OF_ANOTHER_REPOSITORY.has(name)) environment[name] = value;
  }
  environment.LC_ALL = 'C';
  environment.LANGUAGE = '';
  environment.GIT_TERMINAL_PROMPT = '0';
  environment.GIT_ALLOW_PROTOCOL = 'file:git:http:https:ssh';
  addSettings(environment, [...SETTINGS, ...settings]);
  if (!(await choseSsh(directory, environment))) environment.GIT_SSH_COMMAND = 'ssh -o BatchMode=yes';
  return environment;
}

/** Through the environment and not the arguments, which every user of the machine can see. */
function addSettings(environment: NodeJS.ProcessEnv, settings: readonly (readonly [string, string])[]): void {
  let count = Number.parseInt(environment.GIT_CONFIG_COUNT ?? '0', 10) || 0;
  for (const [key, value] of settings) {
    environment[`GIT_CONFIG_KEY_${count}`] = key;
    environment[`GIT_CONFIG_VALUE_${count}`] = value;
    count += 1;
  }
  environment.GIT_CONFIG_COUNT = String(count);
}

async function choseSsh(directory: string, environment: NodeJS.ProcessEnv): Promise<boolean> {
  if (environment.GIT_SSH_COMMAND !== undefined || environment.GIT_SSH !== undefined) return true;
  const limits = { silence: 10_000, total: 10_000 };
  const { code } = await runGit({ args: ['config', '--get', 'core.sshCommand'], directory, environment, limits });
  return code === 0;
}
