import type { ContainerDetails, ContainerEngine } from '../engine/engine';
import type { LogLine } from '../engine/log-lines';
import { followLog, type FollowOptions } from '../host/follow-log';
import type { LogSelection } from '../host/log-filter';
import { type LogEntry, readLogEntries } from '../host/logs';
import { spinner } from './spinner';
import { write } from './terminal';

/**
 * Copies the log of a container: its stdout to our stdout, its stderr to our stderr; for a program one JSON object a line, all of
 * them to stdout. Ends when the log ends.
 */
export async function printLogs(
  engine: ContainerEngine,
  container: ContainerDetails,
  options: FollowOptions & LogSelection,
  asJson = false,
): Promise<void> {
  spinner.stop();
  if (asJson) {
    for await (const batch of readLogEntries(engine, container, options)) {
      await write(process.stdout, batch.map(toJson).join(''));
    }
    return;
  }
  // Who wrote a line is looked at only where somebody asks.
  const isSelected = options.extensions !== undefined || options.level !== undefined;
  const read = isSelected ? readLogEntries : followLog;
  for await (const batch of read(engine, container, options)) {
    await print(process.stdout, batch, 'stdout');
    await print(process.stderr, batch, 'stderr');
  }
}

function toJson(entry: LogEntry): string {
  const { extension = null, level = null, ...line } = entry;
  return `${JSON.stringify({ ...line, extension, level })}
`;
}

async function print(target: NodeJS.WriteStream, batch: readonly LogLine[], stream: LogLine['stream']): Promise<void> {
  const text = batch.map((line) => (line.stream === stream ? `${line.line}\n` : '')).join('');
  if (text !== '') await write(target, text);
}
