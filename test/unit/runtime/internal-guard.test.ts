import { hostname } from 'node:os';
import type { BacklotError } from '../../../src/api/errors';
import type { GatewayRequest } from '../../../src/api/gateway';
import { HostNames } from '../../../src/runtime/host-names';
import { InternalGuard } from '../../../src/runtime/internal-guard';

const hosts = new HostNames('backlot.company.example:4566', ['more.example', '*.below.example']);
const guard = new InternalGuard({ hosts, origins: ['https://app.example'] });

/** The code of the refusal; undefined when it is none. */
function refusal(headers: { host?: string; origin?: string }, method = 'GET'): string | undefined {
  try {
    guard.check({ method, headers } as GatewayRequest);
    return undefined;
  } catch (error) {
    return (error as BacklotError).code;
  }
}

describe('the name under which the platform is asked for what is its own', () => {
  it.each([
    undefined,
    '',
    'localhost',
    'LOCALHOST:4566',
    'localhost.:4566',
    'a.b.localhost:4566',
    'localhost.localstack.cloud:4566',
    'sqs.localhost.localstack.cloud:4566',
    '127.0.0.1:4566',
    '172.17.0.2',
    '[::1]:4566',
    '[fe80::1]',
    'backlot:4566',
    'my_service:4566',
    'host.docker.internal:4566',
    `${hostname()}:4566`,
    'backlot.company.example',
    'sqs.backlot.company.example:4566',
    'more.example',
    'a.b.below.example:80',
  ])('may be %p', (host) => {
    expect(refusal(host === undefined ? {} : { host })).toBeUndefined();
  });

  it.each([
    'evil.example',
    'evil.example:4566',
    'localhost.evil.example',
    'evillocalhost.example',
    'below.example',
    '127.0.0.1.nip.io',
    'user@localhost',
    'localhost/x',
    'a b',
    '[::1',
    'localhost,evil.example',
  ])('may not be %p', (host) => {
    expect(refusal({ host })).toBe('BACKLOT_E_HOST_REFUSED');
  });

  it('may be any where that is allowed', () => {
    const open = new InternalGuard({ hosts: new HostNames('localhost', ['*']) });
    expect(() => open.check({ method: 'GET', headers: { host: 'evil.example' } } as GatewayRequest)).not.toThrow();
  });
});

describe('a page that asks for what is the platform’s own', () => {
  const host = 'localhost:4566';

  it.each([
    'http://localhost:4566',
    'http://localhost:3000',
    'https://a.localhost',
    'http://127.0.0.1:1',
    'https://app.example',
  ])('may read when it is of %p', (origin) => {
    expect(refusal({ host, origin })).toBeUndefined();
  });

  it.each([
    'null',
    '',
    'http://evil.example',
    'http://10.0.0.1',
    'http://localhost.evil.example',
    'file://',
    'nonsense',
  ])('may not even read when it is of %p', (origin) => {
    expect(refusal({ host, origin })).toBe('BACKLOT_E_ORIGIN_REFUSED');
  });

  it('may change something only when it is of the gateway itself', () => {
    expect(refusal({ host, origin: 'http://localhost:4566' }, 'POST')).toBeUndefined();
    expect(refusal({ host, origin: 'http://localhost:3000' }, 'POST')).toBe('BACKLOT_E_ORIGIN_REFUSED');
    expect(refusal({ host, origin: 'https://app.example' }, 'DELETE')).toBe('BACKLOT_E_ORIGIN_REFUSED');
  });

  it('may be any that came under the same address', () => {
    expect(refusal({ host: '10.0.0.1:4566', origin: 'http://10.0.0.1:4566' })).toBeUndefined();
  });
});
