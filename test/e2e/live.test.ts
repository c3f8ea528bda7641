import path from 'node:path';
import { Emulator } from '../../src/host';
import { LiveExtensions } from '../../src/host/live-extensions';
import { describeWithEngine } from '../support/describe-with-engine';
import { IMAGE } from '../support/docker-run';
import { temporaryDirectory, writeFiles } from '../support/temporary-directory';
import { waitFor } from '../support/wait-for';

describeWithEngine('the container', () => {
  it('reloads a developed extension on a save on the host, and takes another one in, without a restart', async () => {
    const folder = temporaryDirectory({
      'developed/package.json': {
        name: 'developed',
        version: '1.0.0',
        backlot: { extensions: { developed: './src/extension.ts#Developed' } },
      },
      'developed/src/extension.ts': `
        import { Extension, type Router } from 'backlot';
        import { word } from './word.js';
        export class Developed extends Extension {
          readonly name = 'developed';
          override updateGatewayRoutes(router: Router): void { router.get('/word', () => word); }
        }`,
      'developed/src/word.ts': "export const word: string = 'first';",
      'extensions.json': { extensions: [] },
      'extensions.dev.json': { folders: ['./developed'] },
    });
    await using emulator = await Emulator.start({
      image: IMAGE,
      port: 0,
      extensionsFile: path.join(folder, 'extensions.json'),
    });
    const text = async (resource: string): Promise<string> => (await fetch(emulator.url + resource)).text();
    expect(await text('/word')).toBe('first');
    writeFiles(folder, { 'developed/src/word.ts': "export const word: string = 'second';" });
    await waitFor('the second word', async () => (await text('/word')) === 'second', 10_000);
    const live = new LiveExtensions(emulator.url);
    const phases: unknown[] = [];
    for await (const { phase } of live.add({ spec: 'backlot-extension-hello-world' })) phases.push(phase);
    expect(phases.at(-1)).toBe('done');
    expect(await text('/hello/ada')).toBe('{"message":"hello, ada"}');
    expect(await text('/word')).toBe('second');
  });
});
