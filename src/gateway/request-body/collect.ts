import type { Readable } from 'node:stream';
import type { GatewayRequest } from '../../api/gateway';
import { ClientGone } from '../client-gone';
import { tooLarge } from './decode';
import { setAside } from './set-aside';

/**
 * Reads a request to its end and puts the bytes back, so that who reads the request afterwards finds them: an Express
 * handler, a mounted app. Throws a 413 that names `shown` when there are more than the limit, with what was read put back as
 * well, and `ClientGone` when the client goes away.
 */
export function collect(request: GatewayRequest, limit: number, shown = limit): Promise<Buffer> {
  // A request without a body must stay untouched: its end would come now, and never for who waits for it later.
  if (isWithoutBody(request) || request.readableEnded) return Promise.resolve(Buffer.alloc(0));
  if (request.destroyed) return Promise.reject(new ClientGone());
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const gone = (): void => reject(new ClientGone());
    const whole = (): Buffer => (chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, length));
    const watch = (piece: Buffer | null): boolean => {
      if (piece === null) {
        request.off('close', gone);
        resolve(whole());
        return true;
      }
      chunks.push(piece);
      length += piece.length;
      if (length <= limit) return true;
      request.off('close', gone);
      reject(tooLarge(shown));
      return false;
    };
    request.once('close', gone);
    if (setAside(request, watch)) return;
    const putBack = (): Buffer => {
      request.off('readable', read).off('end', finish).off('close', gone);
      const bytes = whole();
      if (length > 0) request.unshift(bytes);
      return bytes;
    };
    const read = (): void => {
      // To read exactly what there is keeps the stream from ending, and what has not ended can take bytes back.
      while (request.readableLength > 0) {
        const chunk = request.read(request.readableLength) as Buffer | null;
        if (chunk === null) break;
        chunks.push(chunk);
        length += chunk.length;
        if (length <= limit) continue;
        putBack();
        return reject(tooLarge(shown));
      }
      if (hasArrived(request)) finish();
    };
    const finish = (): void => resolve(putBack());
    // The error of a request says that the client went away; 'close' follows it.
    request.on('readable', read).once('end', finish).once('error', gone);
  });
}

/** True when the headers say that no body comes. HTTP/2 needs no header for one. */
export function isWithoutBody({
  headers,
  httpVersionMajor,
}: Pick<GatewayRequest, 'headers' | 'httpVersionMajor'>): boolean {
  if (headers['transfer-encoding'] !== undefined) return false;
  const length = headers['content-length'];
  return length === '0' || (length === undefined && httpVersionMajor < 2);
}

/** True when the last byte is there, read or not. `complete` would say so too, but only for HTTP/1. */
function hasArrived(request: Readable): boolean {
  return (request as Readable & { readonly _readableState: { readonly ended: boolean } })._readableState.ended;
}
