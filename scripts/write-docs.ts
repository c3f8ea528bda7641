/**
 * Writes the reference pages that follow from tables in the code: `npm run docs`. A unit test fails when the pages that
 * are committed are not what this writes.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ERROR_TABLE } from '../src/api/errors';
import { SETTINGS } from '../src/runtime/settings';

/** The pages, by their path below docs/. */
export function pages(): Record<string, string> {
  return { 'reference/configuration.md': configuration(), 'reference/errors.md': errors() };
}

function configuration(): string {
  const rows = Object.entries(SETTINGS).map(([name, setting]) => {
    const inImage = 'inImage' in setting ? `\`${setting.inImage}\`` : 'the same';
    const value = setting.default === '' ? 'not set' : `\`${setting.default}\``;
    return `| \`${name}\` | ${setting.description} | ${setting.values} | ${value} | ${inImage} |`;
  });
  return [
    '# Configuration',
    '',
    'Backlot is configured by environment variables. An empty variable counts as not set. A `LOCALSTACK_` prefix is',
    'stripped from every variable but `LOCALSTACK_HOST*`, so that `LOCALSTACK_DEBUG=1` is `DEBUG=1`. A wrong value',
    'refuses the start; a variable that looks like a mistyped setting is pointed out in the log.',
    '',
    '| Variable | What it does | Values | Default on the host | Default in the image |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

function errors(): string {
  const section = (kind: 'user' | 'system'): string[] =>
    Object.entries(ERROR_TABLE)
      .filter(([, description]) => description.kind === kind)
      .flatMap(([code, { summary, remedy }]) => [`### ${code}`, '', summary, '', `To do: ${remedy}`, '']);
  return [
    '# Error codes',
    '',
    'Every error has a code, says what happened and where, and what to do.',
    '',
    '## What a user or an extension’s author can mend',
    '',
    ...section('user'),
    '## What lies with Backlot or the machine',
    '',
    ...section('system'),
  ].join('\n');
}

if (require.main === module) {
  for (const [path, text] of Object.entries(pages())) {
    const file = resolve(__dirname, '..', 'docs', path);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, text);
  }
}
