import type { ContainerDetails, ContainerEngine } from '../engine/engine';
import type { LogLine, LogOptions as EngineLogOptions } from '../engine/log-lines';
import { followLog } from './follow-log';
import { logFilter, LogScopes, type LogSelection } from './log-filter';

/** What part of a log to read, and which lines of it. */
export interface LogOptions extends EngineLogOptions, LogSelection {}

/** A line of a container's log, and which extension wrote it, if one did. */
export interface LogEntry extends LogLine {
  readonly extension: string | undefined;
  /** `error`, `warn`, `info`, `debug` or `trace`; undefined for what was not written through the log. */
  readonly level: string | undefined;
}

/**
 * The lines of a container's log, each with the extension that wrote it, in batches as they come.
 *
 * Lines of one stream come in their order, each once, also when the container is restarted while it is followed. No more is
 * read than is asked for. Throws `BACKLOT_E_OPTION_INVALID` for an option that cannot be understood,
 * `BACKLOT_E_ENGINE_FAILED` when the engine goes away.
 */
export async function* readLogEntries(
  engine: ContainerEngine,
  container: ContainerDetails,
  options: LogOptions = {},
): AsyncGenerator<LogEntry[]> {
  const isWanted = logFilter(options);
  const scopes = new LogScopes();
  for await (const batch of followLog(engine, container, options)) {
    const entries: LogEntry[] = [];
    for (const line of batch) {
      const scope = scopes.of(line);
      if (isWanted(scope)) entries.push({ ...line, extension: scope.extension, level: scope.level });
    }
    if (entries.length > 0) yield entries;
  }
}

/** The same, one by one. */
export async function* readLog(
  engine: ContainerEngine,
  container: ContainerDetails,
  options: LogOptions = {},
): AsyncGenerator<LogEntry> {
  for await (const batch of readLogEntries(engine, container, options)) yield* batch;
}
