import { formatAddress, parseAddress } from '../../../src/engine/engine-address';

describe('parseAddress', () => {
  it.each([
    ['ssh://host', { kind: 'ssh', host: 'host' }],
    ['ssh://me@host:2222', { kind: 'ssh', host: 'host', user: 'me', port: 2222 }],
    [
      'ssh://me@[::1]/run/user/1/docker.sock',
      { kind: 'ssh', host: '::1', user: 'me', path: '/run/user/1/docker.sock' },
    ],
    ['unix://', { kind: 'socket', path: '/var/run/docker.sock' }],
    ['npipe:////./pipe/docker_engine', { kind: 'socket', path: '//./pipe/docker_engine' }],
    ['tcp://host', { kind: 'tcp', host: 'host', port: 2375 }],
    ['[::1]:99', { kind: 'tcp', host: '::1', port: 99 }],
    ['https://host', { kind: 'tcp', host: 'host', port: 2376, tls: { verify: true } }],
  ])('reads %s', (text, address) => {
    expect(parseAddress(text)).toEqual(address);
  });

  it.each(['ssh://me@host:2222/a.sock', 'ssh://[::1]', 'unix:///a.sock', 'tcp://[::1]:99'])(
    'writes %s again',
    (text) => {
      expect(formatAddress(parseAddress(text))).toBe(text);
    },
  );
});
