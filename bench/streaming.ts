/**
 * `npm run bench:streaming`: an upload of 2 GiB through an echo route, with a client that reads nothing for a while:
 * how much more memory the gateway takes at most, and how fast it is.
 */
import { startEcho, streamThrough } from '../test/support/echo-process';

const MIB = 1024 * 1024;
const SIZE = 2048 * MIB;
const STALL_MS = 2_000;
const MOST = 64 * MIB;

async function main(): Promise<void> {
  const echo = await startEcho();
  try {
    await streamThrough(echo.port, { bytes: MIB, stall: 0 });
    await echo.begin();
    const began = performance.now();
    await streamThrough(echo.port, { bytes: SIZE, stall: STALL_MS });
    const seconds = (performance.now() - began - STALL_MS) / 1000;
    const extra = await echo.extraMemory();
    console.log(`2 GiB through an echo: ${Math.round(SIZE / MIB / seconds)} MiB/s each way`);
    console.log(`extra memory: ${Math.round(extra / MIB)} MiB (goal: below ${MOST / MIB} MiB)`);
    if (extra >= MOST) process.exitCode = 1;
  } finally {
    await echo.close();
  }
}

void main();
