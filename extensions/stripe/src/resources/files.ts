import type Stripe from 'stripe';
import { invalidRequest, parameterMissing } from '../errors';
import type { Backend } from '../kernel/backend';
import { mergeMetadata } from '../kernel/metadata';
import type { Call, DefineModule } from '../kernel/module';
import type { Table } from '../kernel/table';

/** The contents of a file are kept beside it, in base64. */
export interface FileSecret {
  readonly contents: string;
  readonly type: string;
}

export function fileTable(stripe: Backend): Table<Stripe.File, FileSecret> {
  return stripe.table<Stripe.File, FileSecret>('file');
}

export function linkTable(stripe: Backend): Table<Stripe.FileLink> {
  return stripe.table<Stripe.FileLink>('file_link');
}

const EXTENSION = /\.(\w+)$/;
/** How files of the types that Stripe takes begin. */
const BEGINNINGS: readonly (readonly [type: string, bytes: string])[] = [
  ['pdf', '25504446'],
  ['png', '89504e47'],
  ['jpg', 'ffd8ff'],
  ['gif', '47494638'],
];

interface NewFile {
  readonly bytes: Buffer;
  readonly filename: string;
  readonly purpose: string;
  /** The media type. */
  readonly type: string;
}

/** What a file is: by its contents, or else by its name, or else by its media type. */
function typeOf({ bytes, filename, type }: NewFile): string | null {
  const beginning = bytes.subarray(0, 4).toString('hex');
  const [known] = BEGINNINGS.find(([, first]) => beginning.startsWith(first)) ?? [];
  return known ?? EXTENSION.exec(filename)?.[1]?.toLowerCase() ?? type.split('/').at(-1) ?? null;
}

/** Keeps a file with its contents. */
export function storeFile(stripe: Backend, given: NewFile): Stripe.File {
  const { bytes, filename, purpose, type } = given;
  const id = stripe.newId('file');
  const file = {
    id,
    object: 'file',
    created: stripe.now(),
    expires_at: null,
    filename,
    links: { object: 'list', data: [], has_more: false, url: `/v1/file_links?file=${id}` },
    purpose,
    size: bytes.length,
    title: null,
    type: typeOf(given),
    url: stripe.pageUrl(`v1/files/${id}/contents`),
  } as unknown as Stripe.File;
  return fileTable(stripe).insert(file, { contents: bytes.toString('base64'), type });
}

function upload(stripe: Backend, { files, params }: Call): Stripe.File {
  const [given] = files.filter(({ name }) => name === 'file');
  if (given === undefined) throw parameterMissing('file');
  const { purpose, file_link_data: link } = params as unknown as Stripe.FileCreateParams;
  const file = storeFile(stripe, { bytes: given.bytes, filename: given.filename, purpose, type: given.type });
  if (link?.create === true) {
    createLink(stripe, {
      file: file.id,
      ...(link.expires_at !== undefined && { expires_at: link.expires_at }),
    });
  }
  return withLinks(stripe, file);
}

/** The purposes of files that there can be links to. */
const LINKED: ReadonlySet<string> = new Set([
  'business_icon',
  'business_logo',
  'customer_signature',
  'dispute_evidence',
  'finance_report_run',
  'financial_account_statement',
  'identity_document_downloadable',
  'issuing_regulatory_reporting',
  'pci_document',
  'selfie',
  'sigma_scheduled_query',
  'tax_document_user_upload',
  'terminal_android_apk',
  'terminal_reader_splashscreen',
]);

function checkEnd(stripe: Backend, end: number | undefined): void {
  if (end === undefined || end > stripe.now()) return;
  throw invalidRequest('The link expiration must be in the future.', { param: 'expires_at' });
}

function createLink(stripe: Backend, given: Stripe.FileLinkCreateParams): Stripe.FileLink {
  const { purpose } = fileTable(stripe).get(given.file, 'file');
  if (!LINKED.has(purpose)) {
    throw invalidRequest(`Files with the purpose ${purpose} cannot be linked to.`, { param: 'file' });
  }
  checkEnd(stripe, given.expires_at);
  const id = stripe.newId('file_link');
  const link = {
    id,
    object: 'file_link',
    created: stripe.now(),
    expired: false,
    expires_at: given.expires_at ?? null,
    file: given.file,
    livemode: false,
    metadata: mergeMetadata(undefined, given.metadata),
    url: stripe.pageUrl(`links/${id}`),
  } as unknown as Stripe.FileLink;
  return linkTable(stripe).insert(link);
}

function withLinks(stripe: Backend, file: Stripe.File): Stripe.File {
  return {
    ...file,
    links: linkTable(stripe).page(`/v1/file_links?file=${file.id}`, {}, { by: { file: file.id } }),
  } as unknown as Stripe.File;
}

/** Whether a link can still be opened is a matter of the time. */
export function shownLink(stripe: Backend, link: Stripe.FileLink): Stripe.FileLink {
  return { ...link, expired: link.expires_at !== null && link.expires_at <= stripe.now() };
}

/** https://docs.stripe.com/api/files and https://docs.stripe.com/api/file_links */
export const files: DefineModule = (stripe) => ({
  operations: {
    'POST /v1/files': (call) => upload(stripe, call),
    'GET /v1/files': ({ url, params }) => {
      const { purpose } = params as Stripe.FileListParams;
      return fileTable(stripe).page(url, params, {
        where: (each) => purpose === undefined || each.purpose === purpose,
      });
    },
    'GET /v1/files/{id}': ({ path }) => withLinks(stripe, fileTable(stripe).get(path['id']!)),
    'POST /v1/file_links': ({ params }) => createLink(stripe, params as unknown as Stripe.FileLinkCreateParams),
    'GET /v1/file_links': ({ url, params }) => {
      const { file, expired } = params as Stripe.FileLinkListParams;
      return linkTable(stripe).page(url, params, {
        by: { file },
        where: (each) => expired === undefined || shownLink(stripe, each).expired === expired,
      });
    },
    'GET /v1/file_links/{id}': ({ path }) => shownLink(stripe, linkTable(stripe).get(path['id']!)),
    'POST /v1/file_links/{id}': ({ path, params }) => {
      const { expires_at: end, metadata } = params as Stripe.FileLinkUpdateParams;
      const changed = linkTable(stripe).update(path['id']!, (before) => ({
        ...(end !== undefined && { expires_at: end === '' ? null : end === 'now' ? stripe.now() : end }),
        metadata: mergeMetadata(before.metadata, metadata),
      }));
      return shownLink(stripe, changed);
    },
  },
});
