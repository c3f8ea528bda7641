import type { ContainerDetails, ContainerEngine } from '../engine/engine';
import type { LogBytes, LogLine } from '../engine/log-lines';
import { followLogBytes, type FollowOptions } from '../host/follow-log';
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
  const read = isSelected ? readSelected(engine, container, options) : followLogBytes(engine, container, options);
  for await (const { stdout, stderr } of read) {
    if (stdout.length > 0) await write(process.stdout, stdout);
    if (stderr.length > 0) await write(process.stderr, stderr);
  }
}

async function* readSelected(...what: Parameters<typeof readLogEntries>): AsyncGenerator<LogBytes> {
  for await (const batch of readLogEntries(...what)) {
    yield { stdout: bytesOf(batch, 'stdout'), stderr: bytesOf(batch, 'stderr') };
  }
}

function bytesOf(batch: readonly LogLine[], wanted: LogLine['stream']): Buffer {
  return Buffer.from(batch.map(({ stream, line }) => (stream === wanted ? `${line}\n` : '')).join(''));
}

/** A line of a log for a program. */
export function toJson(entry: LogEntry): string {
  const { extension = null, level = null, ...line } = entry;
  return `${JSON.stringify({ ...line, extension, level })}\n`;
}
