import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Shop {
  readonly url: string;
  /** What `/pay` shows from now on. */
  show(html: string): void;
  close(): Promise<void>;
}

/** The application: another origin than Stripe's. */
export async function startShop(): Promise<Shop> {
  let shown = '';
  const server: Server = createServer((request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end(request.url === '/pay' ? shown : '<!doctype html><title>Shop</title><link rel="icon" href="data:,">');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    show: (html) => (shown = html),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** A page that shows the result of what its button does. */
export function shopPage(script: string, before: string, work: string): string {
  return `<!doctype html><title>Pay</title><link rel="icon" href="data:,"><script src="${script}"></script>
<div id="element"></div><div id="second"></div><div id="third"></div><button id="go">Pay</button><pre id="result"></pre>
<script>
const stripe = Stripe('pk_test_backlot');
${before}
document.getElementById('go').onclick = async () => {
  document.getElementById('result').textContent = JSON.stringify(await (async () => { ${work} })());
};
</script>`;
}
