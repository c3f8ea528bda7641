import { mkdirSync, readFileSync, readlinkSync, renameSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { brokenLinks, linkPlatform } from '../../../../src/extensions/install/platform-links';
import { temporaryDirectory } from '../../../support/temporary-directory';

const copy = { 'package.json': { name: 'backlot', version: '0.0.1' } };

function treeWithCopies(): string {
  return temporaryDirectory(
    Object.fromEntries(
      ['x/node_modules/backlot', '@acme/y/vendor/node_modules/backlot', 'backlot-other'].map((place) => [
        `node_modules/${place}/package.json`,
        copy['package.json'],
      ]),
    ),
  );
}

describe('a tree of an extension', () => {
  const platform = temporaryDirectory({ 'package.json': { name: 'backlot', version: '0.1.0' } });
  const links = [
    'node_modules/@acme/y/vendor/node_modules/backlot',
    'node_modules/backlot',
    'node_modules/x/node_modules/backlot',
  ];
  const versionAt = (tree: string, link: string): unknown =>
    (JSON.parse(readFileSync(path.join(tree, link, 'package.json'), 'utf8')) as { version: unknown }).version;

  it('has the platform in the place of every copy of Backlot, at any depth', async () => {
    const tree = treeWithCopies();
    expect(await linkPlatform(tree, platform)).toEqual(links);
    for (const link of links) expect(versionAt(tree, link)).toBe('0.1.0');
    expect(versionAt(tree, 'node_modules/backlot-other')).toBe('0.0.1');
  });

  it('is linked anew without harm', async () => {
    const tree = treeWithCopies();
    await linkPlatform(tree, platform);
    expect(await linkPlatform(tree, platform)).toEqual(links);
    expect(versionAt(platform, '.')).toBe('0.1.0');
  });

  it('knows which of its links do not lead to the platform', async () => {
    const tree = treeWithCopies();
    await linkPlatform(tree, platform);
    expect(brokenLinks(tree, links, platform)).toEqual([]);
    expect(brokenLinks(tree, links, temporaryDirectory())).toEqual(links);
  });

  it('finds the platform behind another name of its folder', async () => {
    const tree = treeWithCopies();
    const alias = path.join(temporaryDirectory(), 'alias');
    symlinkSync(platform, alias);
    await linkPlatform(tree, alias);
    expect(brokenLinks(tree, links, platform)).toEqual([]);
  });

  it('may be moved together with the platform when its links are relative', async () => {
    const before = temporaryDirectory({ 'app/package.json': copy['package.json'], 'app/trees/t/node_modules/x/y': '' });
    await linkPlatform(path.join(before, 'app/trees/t'), path.join(before, 'app'), { relative: true });
    expect(readlinkSync(path.join(before, 'app/trees/t/node_modules/backlot'))).toBe('../../..');
    const after = temporaryDirectory();
    mkdirSync(path.join(after, 'opt'));
    renameSync(path.join(before, 'app'), path.join(after, 'opt/app'));
    expect(
      brokenLinks(path.join(after, 'opt/app/trees/t'), ['node_modules/backlot'], path.join(after, 'opt/app')),
    ).toEqual([]);
  });
});
