import path from 'node:path';
import type { ContainerDetails } from '../../../src/engine/engine';
import { differences, labelsFor } from '../../../src/host/labels';
import { resolveSettings } from '../../../src/host/settings';
import { temporaryDirectory, writeFiles } from '../../support/temporary-directory';

describe('a running container', () => {
  it('differs from what is wanted when other folders are enabled now', () => {
    const cwd = temporaryDirectory({ 'thing/package.json': {} });
    const settings = () => resolveSettings({}, { env: {}, cwd });
    const before = settings();
    const container = { labels: labelsFor(before), environment: {}, ports: {} } as unknown as ContainerDetails;
    expect(differences(container, settings())).toEqual([]);
    writeFiles(cwd, { 'extensions.dev.json': { folders: ['./thing'] } });
    expect(differences(container, settings())).toEqual([
      `mounted folders: none, not ${path.join(cwd, 'thing')}:/etc/backlot/dev/thing`,
    ]);
  });
});
