/**
 * Drives Backlot from a program, as a test suite or a tool would: `npx ts-node --transpile-only scripts/emulator.ts
 * start | logs | status | stop`. A program that installed the package imports `backlot/host` instead.
 */
import { BacklotError, Emulator } from '../src/host';

const commands: Record<string, () => Promise<void>> = {
  /** Starts the container, or finds it running, and says where it answers. */
  async start() {
    const emulator = await Emulator.start({ onProgress: ({ message }) => console.error(message) });
    console.log(`${emulator.name} is ready at ${emulator.url}`);
  },

  /** Follows the log until Ctrl-C; each stream goes where it came from. */
  async logs() {
    const emulator = await Emulator.attach();
    for await (const { stream, line } of emulator.logs({ follow: true })) process[stream].write(`${line}\n`);
  },

  async status() {
    console.log(await (await Emulator.attach()).status());
  },

  async stop() {
    await (await Emulator.attach()).stop();
  },
};

const command = commands[process.argv[2] ?? ''];
if (command === undefined) {
  console.error(`usage: emulator.ts ${Object.keys(commands).join(' | ')}`);
  process.exit(2);
}
command().catch((error: unknown) => {
  console.error(error instanceof BacklotError ? error.format() : error);
  process.exitCode = 1;
});
