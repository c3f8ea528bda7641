import type { ContainerDetails, ContainerEngine } from '../engine/engine';
import { type LogLine, type LogOptions, readLogBatches } from '../engine/log-lines';
import { parseLogLine } from './log-line';

/** A line of a container's log, and which extension wrote it, if one did. */
export interface LogEntry extends LogLine {
  readonly extension: string | undefined;
}

/**
 * The lines of a container's log, each with the extension that wrote it.
 *
 * Lines of one stream come in their order. No more is read than is asked for. Throws `BACKLOT_E_OPTION_INVALID` for a
 * `since` or `tail` that cannot be understood, `BACKLOT_E_ENGINE_FAILED` when the engine goes away.
 */
export async function* readLog(
  engine: ContainerEngine,
  container: ContainerDetails,
  options: LogOptions = {},
): AsyncGenerator<LogEntry> {
  for await (const batch of readLogBatches(engine, container, options)) {
    for (const line of batch) yield { ...line, extension: parseLogLine(line.line).extension };
  }
}
