import type { StandardSchemaV1 } from '@standard-schema/spec';
import { formatJsonPath, type JsonPath } from './json-document';

/** Whether a value is a schema of some library. */
export function isStandardSchema(value: unknown): value is StandardSchemaV1 {
  // Schemas of arktype are functions.
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  const standard = (value as Partial<StandardSchemaV1>)['~standard'];
  return typeof standard?.validate === 'function';
}

/** An issue in one line, with its path. */
export function describeIssue(issue: StandardSchemaV1.Issue): string {
  const path = formatJsonPath(pathOfIssue(issue));
  return path === '' ? issue.message : `${path}: ${issue.message}`;
}

/** Where an issue is; the root when it does not say. */
export function pathOfIssue(issue: StandardSchemaV1.Issue | undefined): JsonPath {
  return (issue?.path ?? []).map((segment) => {
    const key = typeof segment === 'object' ? segment.key : segment;
    return typeof key === 'number' ? key : String(key);
  });
}
