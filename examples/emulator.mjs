// Starts a Backlot of its own, asks it something, shows what its log says of that, and leaves nothing behind:
// `node examples/emulator.mjs`, after `npm run build`.
import { Emulator } from 'backlot/host';

const emulator = new Emulator({
  port: 0,
  extensions: ['backlot-extension-hello-world'],
  // It may have to build the image first.
  signal: AbortSignal.timeout(300_000),
});
emulator.on('progress', ({ message, detail }) => detail || console.error(message));
emulator.on('died', (exitCode) => console.error(`it died with ${exitCode}`));

try {
  await emulator.start();
  const answer = await fetch(`${emulator.url}/hello/ada`);
  console.log(await answer.json());
  for await (const { time, stream, extension, line } of emulator.logs({ follow: true })) {
    console.log(time.toISOString(), stream, extension ?? '-', line);
    if (line === 'Ready.') break;
  }
} finally {
  const { exitCode } = await emulator.stop();
  console.log(`stopped with ${exitCode}`);
}
