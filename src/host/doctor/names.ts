import { type Check, failed, ok, warning } from './check';

/** The names by which clients reach the gateway. */
export const names: readonly Check[] = [
  {
    name: 'name localhost',
    async run({ lookUp, platform }) {
      const mend = `Have the line "127.0.0.1 localhost" in ${hostsFile(platform)}.`;
      const addresses = await lookUp('localhost').catch((): string[] => []);
      if (addresses.length === 0) return failed('leads nowhere', mend);
      const found = `leads to ${addresses.join(', ')}`;
      if (!addresses.every(isLoopback)) return failed(`${found}, which is another machine`, mend);
      // The port is published there, and not at ::1.
      return addresses.includes('127.0.0.1') ? ok(found) : warning(`${found}, and not to 127.0.0.1`, mend);
    },
  },
  {
    name: 'name x.localhost',
    async run({ lookUp, platform }) {
      const addresses = await lookUp('x.localhost').catch(() => []);
      const found = addresses.length === 0 ? 'leads nowhere' : `leads to ${addresses.join(', ')}`;
      if (addresses.length > 0 && addresses.every(isLoopback)) return ok(found);
      const resolver = platform === 'linux' ? 'Install libnss-myhostname (or systemd-resolved), or add' : 'Add';
      return warning(
        `${found}; browsers and curl know such names by themselves, other clients do not`,
        `${resolver} "127.0.0.1 NAME.localhost" for each name to ${hostsFile(platform)}.`,
      );
    },
  },
  {
    name: 'name localhost.localstack.cloud',
    async run({ lookUp, platform }) {
      const addresses = await lookUp('localhost.localstack.cloud').catch(() => []);
      const mend = `Add "127.0.0.1 localhost.localstack.cloud" to ${hostsFile(platform)}.`;
      if (addresses.length === 0) {
        return warning('leads nowhere: there is no network, or the router drops names that lead to this machine', mend);
      }
      const found = `leads to ${addresses.join(', ')}`;
      return addresses.every(isLoopback) ? ok(found) : warning(`${found}, which is another machine`, mend);
    },
  },
];

function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}

function hostsFile(platform: NodeJS.Platform): string {
  return platform === 'win32' ? 'C:\\Windows\\System32\\drivers\\etc\\hosts' : '/etc/hosts';
}
