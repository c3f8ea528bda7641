import { readFileSync } from 'node:fs';
import path from 'node:path';
import { LOCALSTACK_TAG } from '../../../src/host/image';

const file = (name: string): string => readFileSync(path.resolve(__dirname, '../../..', name), 'utf8');

it('the version of LocalStack in the second tag of the image is the one that the image names, and clients take', () => {
  const [major, minor] = LOCALSTACK_TAG.split('.').map(Number);
  expect(major).toBeGreaterThanOrEqual(2);
  expect((major ?? 0) * 100 + (minor ?? 0)).toBeLessThanOrEqual(414);
  expect(file('Dockerfile')).toContain(`ARG LOCALSTACK_COMPATIBLE_VERSION=${LOCALSTACK_TAG}\n`);
  expect(file('docker-compose.yml')).toContain(`tags: ['backlot:${LOCALSTACK_TAG}']\n`);
});
