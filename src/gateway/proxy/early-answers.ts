import type { InformationEvent, IncomingMessage, ServerResponse } from 'node:http';

/** Passes on what a server says before its answer: 102 Processing and 103 Early Hints. A 100 is the gateway’s to say. */
export function passOnInformation(info: InformationEvent, request: IncomingMessage, response: ServerResponse): void {
  if (request.httpVersion === '1.0' || response.headersSent || response.destroyed) return;
  if (info.statusCode === 102) {
    // HTTP/2’s responses have no such method.
    if (typeof response.writeProcessing === 'function') response.writeProcessing();
  } else if (info.statusCode === 103) {
    const hints = hintsOf(info.rawHeaders);
    try {
      response.writeEarlyHints(hints);
    } catch {
      // Node refuses links that it cannot read. Hints may always be left out.
    }
  }
}

function hintsOf(raw: readonly string[]): Record<string, string | string[]> {
  const hints: Record<string, string | string[]> = {};
  const links: string[] = [];
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index] as string;
    const value = raw[index + 1] as string;
    if (name.toLowerCase() === 'link') links.push(...value.split(/,\s*(?=<)/));
    else hints[name] = value;
  }
  if (links.length > 0) hints.link = links;
  return hints;
}
