import { hideCredentials } from '../../extensions/spec';
import { type Check, ok, warning } from './check';

/** By which names clients reach the gateway; none of them may go through a proxy. */
const OURS = ['localhost', '127.0.0.1', 'x.localhost', 'localhost.localstack.cloud'];

/** A proxy cannot reach this machine under the name of localhost: it takes that for itself. */
export const proxy: Check = {
  name: 'proxy',
  run({ env }) {
    const variables = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'].flatMap((name) => [name, name.toLowerCase()]);
    const set = variables.filter((name) => env[name]?.trim());
    if (set.length === 0) return ok('none is set');
    const found = set.map((name) => `${name}=${hideCredentials(env[name] ?? '')}`).join(', ');
    // Programs read either; what only one of them excepts is excepted by some only.
    const exceptions = ['NO_PROXY', 'no_proxy'].flatMap((name) => env[name] ?? []);
    const hit = OURS.filter((host) => exceptions.length === 0 || !exceptions.every((list) => isExcepted(host, list)));
    if (hit.length === 0) return ok(`${found}; not for names of this machine`);
    const wanted = 'localhost,127.0.0.1,::1,.localhost,.localhost.localstack.cloud,localhost.localstack.cloud';
    return warning(
      `${found}; requests to ${hit.join(', ')} go there, too`,
      `export NO_PROXY=${wanted}; export no_proxy=$NO_PROXY`,
    );
  },
};

/** Whether a list such as NO_PROXY holds a name: itself, or one that it lies below. */
function isExcepted(host: string, list: string): boolean {
  return list
    .split(/[\s,]+/)
    .filter(Boolean)
    .some((entry) => {
      const name = entry.replace(/^\*?\./, '').replace(/:\d+$/, '');
      return entry === '*' || host === name || host.endsWith(`.${name}`);
    });
}
