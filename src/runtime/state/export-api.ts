/** The resources that give what extensions keep as a file, and take such files. */
import type { GatewayRequest, RequestContext, Router } from '../../api/gateway';
import type * as State from '../../state';
import { VERSION } from '../../extensions/own-package';
import { invalid, ownersAsked, told, worldOf, type StateView } from './state-request';

/** What an import answers. */
export interface Imported {
  /** The extensions whose state it was. */
  readonly extensions: readonly State.ExportedExtension[];
  readonly records: number;
  /** The version of Backlot that wrote it. */
  readonly version: string;
}

/** Adds the resources to a router. It is called for each prefix. */
export function exportApi(view: StateView): (router: Router) => void {
  return (router) => {
    router.get(
      '/state/export',
      told((context) => {
        const host = view.host();
        const world = worldOf(host, context);
        const owners = ownersAsked(view, world, namesIn(context.query));
        const content = view.room().contentOfWorld(host.worlds, world, owners);
        return send(view, context, content, world.name === '' ? 'state' : world.name);
      }),
    );
    router.get(
      '/state/snapshots/:name',
      told((context) => {
        const { name } = context.params;
        const { worlds } = view.host();
        const content = view.room().contentOfSnapshot(worlds, name, namesIn(context.query));
        return send(view, context, content, name);
      }),
    );
    router.post(
      '/state/import',
      told(async (context) => {
        const { state, imported } = await readState(view, context);
        await view.host().import(state, worldOf(view.host(), context));
        return { imported };
      }),
    );
  };
}

/** Whether the body of a request is an export. */
export function isExport({ headers }: GatewayRequest): boolean {
  const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? '';
  return ['application/vnd.backlot.state+gzip', 'application/gzip', 'application/octet-stream'].includes(type);
}

/**
 * The export in the body of a request; of those extensions only that the query names. Throws what `readExport` throws, and
 * BACKLOT_E_REQUEST_INVALID for extensions that are not in it.
 */
export async function readState(
  view: StateView,
  { body, query }: Pick<RequestContext, 'body' | 'query'>,
): Promise<{ state: State.ForeignState; imported: Imported }> {
  const read = await view.room().readExport(body.stream());
  const names = namesIn(query);
  const missing = names?.find((name) => !read.tables.has(name));
  if (missing !== undefined) throw invalid(`the export has no state of the extension "${missing}"`);
  const isWanted = (name: string): boolean => names?.includes(name) ?? true;
  const tables = new Map([...read.tables].filter(([name]) => isWanted(name)));
  const records = [...tables.entries()]
    .filter(([name]) => isVisible(name))
    .flatMap(([, own]) => [...own.values()])
    .reduce((sum, { size }) => sum + size, 0);
  return {
    state: { tables, partial: read.partial || names !== undefined },
    imported: {
      extensions: read.extensions.filter(({ name }) => isWanted(name) && isVisible(name)),
      records,
      version: read.version,
    },
  };
}

/** Names that begin so belong to the platform. */
function isVisible(name: string): boolean {
  return !name.startsWith('@');
}

function namesIn(query: URLSearchParams): string[] | undefined {
  const names = query.getAll('extensions').flatMap((value) => value.split(',').map((name) => name.trim()));
  return names.length === 0 ? undefined : names.filter((name) => name !== '');
}

function send(
  view: StateView,
  { response }: Pick<RequestContext, 'response'>,
  { images, partial }: State.ExportContent,
  name: string,
): AsyncIterable<Uint8Array> {
  const { EXPORT_MEDIA_TYPE, writeExport } = view.room();
  response.setHeader('content-type', EXPORT_MEDIA_TYPE);
  response.setHeader('content-disposition', `attachment; filename="${name}.backlot-state.gz"`);
  return writeExport(images, {
    version: VERSION,
    partial,
    versionOf: (owner) => view.versionOf(owner),
    made: Date.now(),
  });
}
