import { WebAppExtension, type WebRouter } from '../../../src/api';
import { readyTable } from '../../../src/runtime/ready-table';
import type { SupervisedExtension } from '../../../src/extensions/supervise/supervised-extension';
import { createTestPlatform } from '../../../src/testing';

class Shop extends WebAppExtension {
  readonly name = 'shop';
  override updateWebRoutes(router: WebRouter): void {
    for (const path of ['/', '/a', '/b', '/c', '/d']) router.page(path, () => '');
  }
}

describe('the ready table', () => {
  it('names each place of a web app once, however many routes it has', async () => {
    const platform = await createTestPlatform({ extensions: [Shop] });
    const shop = { name: 'shop', state: 'running', facts: { version: '1.0.0' } } as SupervisedExtension;
    const table = readyTable([shop], platform.routes(), 'http://localhost:4566');
    await platform.close();
    expect(table.split('\n')[1]).toBe(
      '  shop       1.0.0    up     http://shop.localhost:4566 http://localhost:4566/_extension/shop/',
    );
  });
});
