/** The host side for programs: what `import … from 'backlot/host'` gives. */
export { BacklotError, type ErrorCode } from '../api/errors';
export { Emulator, type EmulatorEvents, type EmulatorOptions } from './emulator';
export type { ExecOptions, ExecResult } from './exec';
export type { ContainerEngine } from '../engine/engine';
export { findEngine } from '../engine/find-engine';
export type { LogLevel } from './log-levels';
export type { LogEntry, LogOptions } from './logs';
export type { Progress, ProgressListener } from './progress';
export type { StartOptions } from './settings';
export type { Status } from './status';
export type { StopOptions, StopResult } from './stop';
