import http from 'node:http';
import type https from 'node:https';
import { createRequire } from 'node:module';
import { connectionOptions } from './connection-options';
import type { EngineAddress } from './engine-address';

/** An answer to {@link httpGet}. `body` is the parsed JSON, or the text when it is none. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** More than this is not an answer that Backlot asked for. */
const LIMIT_BYTES = 16 * 1024 * 1024;

/**
 * One small GET request on plain `node:http`: a command that only asks something is done before dockerode is loaded.
 *
 * Rejects with the error of the socket, or with one that says that there was no answer in time (`timeoutMs`).
 */
export function httpGet(
  address: EngineAddress,
  path: string,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const { protocol, ...options } = connectionOptions(address);
    const { request: open } = protocol === 'https' ? (createRequire(__filename)('node:https') as typeof https) : http;
    // Without a name of a server Node would look, at length, whether the host is an address.
    const request = open(
      { agent: false, ...(protocol === 'http' && { servername: '' }), ...options, path, ...(signal ? { signal } : {}) },
      (response) => {
        const chunks: Buffer[] = [];
        let length = 0;
        response.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          length += chunk.length;
          if (length > LIMIT_BYTES) request.destroy(new Error('the answer is too long'));
        });
        response.on('error', reject);
        response.on('end', () => {
          clearTimeout(timer);
          resolve({ status: response.statusCode ?? 0, body: parse(Buffer.concat(chunks).toString('utf8')) });
        });
      },
    );
    const timer = setTimeout(() => request.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)), timeoutMs);
    request.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    request.end();
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
