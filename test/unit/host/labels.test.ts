import path from 'node:path';
import type { ContainerDetails } from '../../../src/engine/engine';
import { differences, labelsFor } from '../../../src/host/labels';
import { resolveSettings, type StartOptions } from '../../../src/host/settings';
import { temporaryDirectory, writeFiles } from '../../support/temporary-directory';

describe('a running container', () => {
  it('differs in what is asked for, and in nothing else', () => {
    const cwd = temporaryDirectory();
    const options = { mounts: ['aa:/a'], network: 'one', labels: { team: 'x' }, docker: true };
    const labels = labelsFor(resolveSettings(options, { env: {}, cwd }));
    const container = { labels, environment: {}, ports: {} } as unknown as ContainerDetails;
    const against = (wanted: StartOptions) => differences(container, resolveSettings(wanted, { env: {}, cwd }));
    expect(labels.team).toBe('x');
    expect(against(options)).toEqual([]);
    expect(against({})).toEqual([]);
    expect(against({ mounts: ['bb:/b'], network: 'two', labels: { team: 'y', x: '' }, docker: false })).toEqual([
      'mounts: aa:/a, not bb:/b',
      'network: one, not two',
      'labels: other team, x',
      'the engine is handed in: yes, not no',
    ]);
  });

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
