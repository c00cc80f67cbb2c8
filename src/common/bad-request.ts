import type { Issue } from '../protocol/error.js';
import { DomainError } from './domain-error.js';

/** A schema's issues, as in Standard Schema (zod's issues fit). */
type SchemaIssue = Readonly<{
  message: string;
  path?: ReadonlyArray<PropertyKey | { readonly key: PropertyKey }> | undefined;
}>;

const ISSUES_MAX = 10;
const TEXT_MAX = 200;

/**
 * A `bad_request` that lists what is wrong: at most ten issues, each truncated, because keys and
 * messages can contain parts of the input.
 */
export function badRequest(issues: readonly SchemaIssue[]): DomainError {
  const named = issues.slice(0, ISSUES_MAX).map(toIssue);
  const first = named[0];
  const where = first && first.path !== '' ? `${first.path}: ` : '';
  return new DomainError(
    'bad_request',
    first ? `${where}${first.message}` : 'The request is not valid.',
    { issues: named },
  );
}

function toIssue({ path = [], message }: SchemaIssue): Issue {
  const keys = path.map((segment) => String(typeof segment === 'object' ? segment.key : segment));
  return { path: cut(keys.join('.')), message: cut(message) };
}

function cut(text: string): string {
  return text.length <= TEXT_MAX ? text : `${text.slice(0, TEXT_MAX - 1)}…`;
}
