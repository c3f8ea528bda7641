import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY, RunningPlatform } from '../support/run-platform';
import { waitFor } from '../support/wait-for';

describe('what the README shows', () => {
  let platform: RunningPlatform | undefined;
  afterEach(async () => {
    await platform?.stop();
  });

  it('the example extension answers, and says where to try it', async () => {
    const example = `file:${join(REPOSITORY, 'examples', 'my-first-extension')}`;
    platform = await RunningPlatform.start({ extensions: [example] });
    const running = platform;
    expect(await running.json('/greet/ada')).toEqual({ message: 'hello, ada' });
    await waitFor('the line of the ready hook', () => running.stdout.includes(`try curl http://localhost:`));
  });

  it('the official extensions of extensions.json answer as it says', async () => {
    platform = await RunningPlatform.start({
      extensions: readFileSync(join(REPOSITORY, 'extensions.json'), 'utf8'),
    });
    const running = platform;
    const answer = await fetch(`${running.url}/hello/ada`);
    expect(answer.headers.get('x-hello-world')).toBe('1');
    expect(await answer.json()).toEqual({ message: 'hello, ada' });
    expect(await running.json('/anything', { headers: { 'x-hello': 'stop' } })).toEqual({ stopped: true });
    await waitFor('the announcement', () => running.stdout.includes('[ready-announcer] my extension is loaded'));
  });
});
