/** What the watching thread tells the init process before it ends the runtime. */
import { BacklotError, type ErrorPlace } from '../../api/errors';

/** The descriptor of the runtime process on which reports go out; 3 is the channel of its messages. */
export const REPORT_DESCRIPTOR = 4;

export interface StallReport {
  /** How long the event loop had stood still, in milliseconds. */
  readonly still: number;
  /** Whose code held it, as far as it is known. */
  readonly extension?: string;
  /** The topmost place in the extension’s own code, as far as it is known. */
  readonly place?: ErrorPlace;
}

/** The report in what came from the descriptor; undefined where nothing, or half of it, came. */
export function parseStallReport(text: string): StallReport | undefined {
  try {
    return JSON.parse(text) as StallReport;
  } catch {
    return undefined;
  }
}

/** What becomes of the extension: the error that it is left out with. */
export function stallError({ still, place }: StallReport, extension: string): BacklotError {
  const message = `${extension} held the event loop for ${inSeconds(still)}, and the runtime was restarted without it`;
  return new BacklotError('BACKLOT_E_EXTENSION_STALLED', message, { where: { extension, ...place } });
}

/** `2.1 s` */
export function inSeconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
