import type { ContainerDetails, ContainerEngine } from '../engine/engine';
import { type LogLine, type LogOptions, readLogBatches } from '../engine/log-lines';
import { parseLogLine } from '../host/log-line';
import { spinner } from './spinner';
import { write } from './terminal';

/**
 * Copies the log of a container: its stdout to our stdout, its stderr to our stderr; for a program one JSON object a line, all of
 * them to stdout. Ends when the log ends.
 */
export async function printLogs(
  engine: ContainerEngine,
  container: ContainerDetails,
  options: LogOptions,
  asJson = false,
): Promise<void> {
  spinner.stop();
  for await (const batch of readLogBatches(engine, container, options)) {
    if (asJson) {
      await write(process.stdout, batch.map(toJson).join(''));
      continue;
    }
    await print(process.stdout, batch, 'stdout');
    await print(process.stderr, batch, 'stderr');
  }
}

function toJson(line: LogLine): string {
  return `${JSON.stringify({ ...line, extension: parseLogLine(line.line).extension ?? null })}\n`;
}

async function print(target: NodeJS.WriteStream, batch: readonly LogLine[], stream: LogLine['stream']): Promise<void> {
  const text = batch.map((line) => (line.stream === stream ? `${line.line}\n` : '')).join('');
  if (text !== '') await write(target, text);
}
