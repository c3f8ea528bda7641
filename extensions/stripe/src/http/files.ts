import type { Router } from 'backlot';
import { PLATFORM_ACCOUNT, type Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import { ownerOf } from '../pages/page-host';
import { fileTable, linkTable, shownLink } from '../resources/files';

/** Serves the contents of files: to who has a link, and, below the API, to who has a key. */
export function serveFiles(router: Router, stripe: Backend): void {
  router.get('/v1/files/:id/contents', ({ params, request, response }) => {
    const { authorization, 'stripe-account': account = PLATFORM_ACCOUNT } = request.headers;
    const contents = authorization === undefined ? undefined : contentsOf(stripe, String(account), params['id']);
    response.statusCode = authorization === undefined ? 401 : contents === undefined ? 404 : 200;
    if (contents === undefined) return { error: { message: 'There is no such file.', type: 'invalid_request_error' } };
    response.setHeader('content-type', contents.type);
    return contents.bytes;
  });
  router.get('/links/:id', ({ params, response }) => {
    const account = ownerOf(stripe, ['file_link'], params['id']);
    const link = stripe.as({ account, clock: null }, () => {
      const found = linkTable(stripe).find(params['id']);
      return found && shownLink(stripe, found);
    });
    const contents = link?.expired === false ? contentsOf(stripe, account, idOf(link.file)!) : undefined;
    response.statusCode = contents === undefined ? 404 : 200;
    if (contents === undefined) return 'This link has expired, or never was.\n';
    response.setHeader('content-type', contents.type);
    return contents.bytes;
  });
}

function contentsOf(
  stripe: Backend,
  account: string,
  id: string,
): { readonly type: string; readonly bytes: Buffer } | undefined {
  const secret = stripe.as({ account, clock: null }, () => fileTable(stripe).hidden(id));
  return secret && { type: secret.type, bytes: Buffer.from(secret.contents, 'base64') };
}
