import type { ContainerDetails, ContainerEngine } from '../engine/engine';
import { type LogLine, type LogOptions, readLogBatches } from '../engine/log-lines';
import { write } from './terminal';

/** Copies the log of a container: its stdout to our stdout, its stderr to our stderr. Ends when the log ends. */
export async function printLogs(
  engine: ContainerEngine,
  container: ContainerDetails,
  options: LogOptions,
): Promise<void> {
  for await (const batch of readLogBatches(engine, container, options)) {
    await print(process.stdout, batch, 'stdout');
    await print(process.stderr, batch, 'stderr');
  }
}

async function print(target: NodeJS.WriteStream, batch: readonly LogLine[], stream: LogLine['stream']): Promise<void> {
  const text = batch.map((line) => (line.stream === stream ? `${line.line}\n` : '')).join('');
  if (text !== '') await write(target, text);
}
