import { invalidRequest } from '../errors';

/** Throws for what is no URL, given in the parameter `param`. Applications on telephones have schemes of their own. */
export function checkUrl(url: string | null | undefined, param: string): void {
  if (!url || URL.canParse(url)) return;
  throw invalidRequest('Not a valid URL', { code: 'url_invalid', param });
}
