import { setTimeout as delay } from 'node:timers/promises';
import { OwnedResources } from '../../../../src/extensions/supervise/owned-resources';

describe('the signal of an extension', () => {
  it('may have many who wait for it, such as proxies, and nobody is warned of a leak', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error): void => void warnings.push(warning);
    process.on('warning', note);
    const { signal } = new OwnedResources({ bind: (run) => run, report: () => undefined });
    for (let each = 0; each < 20; each++) signal.addEventListener('abort', () => undefined);
    // Node warns in a later tick.
    await delay(1);
    process.off('warning', note);
    expect(warnings).toEqual([]);
  });
});
