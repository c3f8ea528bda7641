import { readSettings } from '../../../src/runtime/settings';

const listen = (text: string): unknown => readSettings({ GATEWAY_LISTEN: text }).GATEWAY_LISTEN;

describe('GATEWAY_LISTEN', () => {
  it('takes several addresses, of IPv4 and IPv6, and the same port on several hosts', () => {
    expect(listen('127.0.0.1:4566, [::1]:4566,127.0.0.1:443')).toEqual([
      { host: '127.0.0.1', port: 4566 },
      { host: '::1', port: 4566 },
      { host: '127.0.0.1', port: 443 },
    ]);
    expect(listen('0.0.0.0:4566,[::]:4566')).toHaveLength(2);
    expect(listen('127.0.0.1:0,127.0.0.1:0')).toHaveLength(2);
    expect(listen('4566')).toEqual([{ host: '0.0.0.0', port: 4566 }]);
  });

  it('does not take an address twice, in whatever way it is said', () => {
    expect(() => listen('127.0.0.1:4566,[::1]:1,127.0.0.1:4566')).toThrow(/names 127\.0\.0\.1:4566 twice/);
    expect(() => listen('[::1]:4566,[::1]:4566')).toThrow(/names \[::1\]:4566 twice/);
    expect(() => listen('0.0.0.0:4566,127.0.0.1:4566')).toThrow(
      /names 127\.0\.0\.1:4566, which 0\.0\.0\.0:4566 covers already/,
    );
    expect(() => listen('[::]:4566,[::1]:4566')).toThrow(/names \[::1\]:4566, which \[::\]:4566 covers already/);
  });

  it('does not take what is no address', () => {
    for (const text of ['here', '127.0.0.1:65536', '127.0.0.1:', '::1:4566'])
      expect(() => listen(text)).toThrow(/host:port/);
  });
});

describe('LOCALSTACK_HOST', () => {
  const host = (environment: NodeJS.ProcessEnv): string => readSettings(environment).LOCALSTACK_HOST;

  it('has the first port that the gateway listens on, unless it names one', () => {
    expect(host({})).toBe('localhost:4566');
    expect(host({ GATEWAY_LISTEN: '127.0.0.1:4611,127.0.0.1:4612' })).toBe('localhost:4611');
    expect(host({ GATEWAY_LISTEN: '0.0.0.0:4611', LOCALSTACK_HOST: 'backlot.test' })).toBe('backlot.test:4611');
    expect(host({ GATEWAY_LISTEN: '0.0.0.0:4611', LOCALSTACK_HOST: 'backlot.test:80' })).toBe('backlot.test:80');
    expect(host({ GATEWAY_LISTEN: '127.0.0.1:0' })).toBe('localhost:4566');
  });
});
