import { startEcho, streamThrough, type EchoProcess } from '../../support/echo-process';

const MIB = 1024 * 1024;

let echo: EchoProcess;
beforeAll(async () => {
  echo = await startEcho();
});
afterAll(() => echo.close());

describe('an echo of a large upload', () => {
  it('takes no more than 64 MiB of extra memory, also while the client does not read', async () => {
    await streamThrough(echo.port, { bytes: MIB, stall: 0 });
    await echo.begin();
    const { received, held } = await streamThrough(echo.port, { bytes: 256 * MIB, stall: 1_000 });
    expect(received).toBeGreaterThan(256 * MIB);
    // What the client could send while it read nothing lies in buffers: the kernel’s, and a little in the gateway.
    expect(held).toBeLessThan(64 * MIB);
    expect(await echo.extraMemory()).toBeLessThan(64 * MIB);
  });
});
