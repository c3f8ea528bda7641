/**
 * The headers that the gateway itself gives to responses, without the detour over `setHeader`. Node looks at every letter of
 * a name and a value there, and keeps them in an object that is slow to enumerate; for two headers of every response that cost
 * a tenth of what the gateway adds to node:http.
 *
 * Node keeps headers as `{ [lower-case name]: [name, value] }` under a symbol of its own. Where it does not, or where somebody
 * has put a `setHeader` of his own in place of Node's, all goes through the methods that Node documents.
 */
import { OutgoingMessage } from 'node:http';

type Table = Record<string, [name: string, value: string | number]>;
type Keeper = OutgoingMessage & Record<symbol, Table | null | undefined>;

/** As quick as an object of a class, and without a prototype's names, as Node's own table. */
class HeaderTable {}
Object.setPrototypeOf(HeaderTable.prototype, null);
Reflect.deleteProperty(HeaderTable.prototype, 'constructor');

const TABLE = tableSymbol();
/** Node's own methods. */
const OWN = OutgoingMessage.prototype as { readonly [K in 'setHeader' | 'hasHeader']: unknown };

/**
 * Sets a header that no head has been sent without. The name is in lower case, and nothing needs to be looked at: name and value
 * are the gateway's own. Throws as `setHeader` does when the head is out.
 */
export function setOwnHeader(response: OutgoingMessage, name: string, value: string | number): void {
  if (TABLE === undefined || response.setHeader !== OWN.setHeader || response.headersSent) {
    response.setHeader(name, value);
    return;
  }
  ((response as Keeper)[TABLE] ??= new HeaderTable() as Table)[name] = [name, value];
}

/** Whether a response has a header; the name is in lower case. */
export function hasOwnHeader(response: OutgoingMessage, name: string): boolean {
  if (TABLE === undefined || response.hasHeader !== OWN.hasHeader) return response.hasHeader(name);
  const table = (response as Keeper)[TABLE];
  return table !== null && table !== undefined && name in table;
}

/** Where Node keeps headers; undefined when they are not kept as this file has to know it. */
function tableSymbol(): symbol | undefined {
  const probe = new OutgoingMessage();
  probe.setHeader('X-Probe', 'kept');
  return Object.getOwnPropertySymbols(probe).find((symbol) => {
    const kept = (probe as Keeper)[symbol]?.['x-probe'];
    return Array.isArray(kept) && kept.length === 2 && kept[0] === 'X-Probe' && kept[1] === 'kept';
  });
}
