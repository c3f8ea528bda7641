import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type Express from 'express';
import { BacklotError } from './errors';
import type { Listener } from './gateway';

/** Loaded with the first request for a file: the start does not wait for it. */
const loadExpress = (): typeof Express => createRequire(__filename)('express') as typeof Express;

export interface StaticFilesOptions {
  /** The folder of the package, to which the other one is relative. */
  readonly packageDirectory: string;
  readonly folder: string;
  /** The page that answers for every path of the app that is no file; none when it is false. */
  readonly singlePage: boolean | string;
  readonly extension: string;
}

/**
 * Serves the files of a folder: with content types, validators, ranges and `index.html`; neither files whose names begin
 * with a dot nor anything outside of the folder. What is no file goes on.
 *
 * Throws `BACKLOT_E_DECLARATION_INVALID` when there is no such folder.
 */
export function staticFiles({ packageDirectory, folder, singlePage, extension }: StaticFilesOptions): Listener {
  const root = path.resolve(packageDirectory, folder);
  if (!statSync(root, { throwIfNoEntry: false })?.isDirectory()) {
    throw new BacklotError('BACKLOT_E_DECLARATION_INVALID', `public is "${folder}", and there is no folder ${root}`, {
      where: { extension },
      remedy: 'Name a folder relative to the package.json, and see that "files" in it includes the folder.',
    });
  }
  let loaded: Listener | undefined;
  const files: Listener = (request, response, next) => {
    loaded ??= loadExpress().static(root, { dotfiles: 'ignore', index: 'index.html' }) as Listener;
    return loaded(request, response, next);
  };
  if (singlePage === false) return files;
  const page = singlePage === true ? 'index.html' : singlePage;
  return (request, response, next) =>
    files(request, response, (error) => {
      if (error !== undefined || !isForPage(request)) return next(error);
      response.sendFile(page, { root }, (failure) => {
        if (failure !== undefined && !response.headersSent) next(failure);
      });
    });
}

/** Whether a browser asks for a page: the name of a file that is missing must not be answered with another. */
function isForPage(request: Parameters<Listener>[0]): boolean {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false;
  const [pathname = ''] = request.url.split('?', 1);
  const name = pathname.slice(pathname.lastIndexOf('/') + 1);
  return !name.includes('.') && Boolean(request.headers.accept?.includes('text/html'));
}
