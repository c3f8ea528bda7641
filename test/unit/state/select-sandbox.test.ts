import { sandboxIn } from '../../../src/state/select-sandbox';

const HOSTS = ['localhost', 'localhost.localstack.cloud', 'backlot'];

describe('the sandbox that headers name', () => {
  it.each([
    ['localhost:4566', {}],
    ['worker-7.sandbox.localhost', { name: 'worker-7', host: 'localhost' }],
    ['worker-7.sandbox.localhost:4566', { name: 'worker-7', host: 'localhost:4566' }],
    ['Worker-7.Sandbox.localhost', {}],
    ['Worker-7.sandbox.LocalHost', { name: 'worker-7', host: 'LocalHost' }],
    ['stripe.worker-7.sandbox.localhost', { name: 'worker-7', host: 'stripe.localhost' }],
    ['a.b.worker-7.sandbox.backlot:80', { name: 'worker-7', host: 'a.b.backlot:80' }],
    ['b.s3.w1.sandbox.localhost.localstack.cloud', { name: 'w1', host: 'b.s3.localhost.localstack.cloud' }],
    ['worker-7.sandbox.example.com', {}],
    ['sandbox.localhost', {}],
    ['.sandbox.localhost', {}],
  ])('by the host %s', (host, expected) => {
    expect(sandboxIn({ host }, HOSTS)).toEqual(expected);
  });

  it('is that of the header before that of the host, which it is taken out of all the same', () => {
    const headers = { host: 'api.one.sandbox.localhost', 'x-backlot-sandbox': 'Two' };
    expect(sandboxIn(headers, HOSTS)).toEqual({ name: 'Two', host: 'api.localhost' });
    expect(sandboxIn({ host: 'localhost', 'x-backlot-sandbox': 'Two' }, HOSTS)).toEqual({ name: 'Two' });
    expect(sandboxIn({ host: 'localhost', 'x-backlot-sandbox': '' }, HOSTS)).toEqual({});
  });
});
