import type { Issue } from '../protocol/error.js';
import { DomainError } from './domain-error.js';

/** An issue as defined by Standard Schema, to which zod's issues conform. */
type SchemaIssue = Readonly<{
  message: string;
  path?: ReadonlyArray<PropertyKey | { readonly key: PropertyKey }> | undefined;
}>;

const ISSUES_MAX = 10;
const TEXT_MAX = 200;

/** Matches a message that is a full sentence, which needs no path before it. */
const SENTENCE = /^\p{Lu}.*\.$/u;

/**
 * Returns a `bad_request` that lists up to ten issues, each truncated, because keys and messages
 * can contain parts of the input. Its message is that of the first issue, preceded by the issue's
 * path unless the message is a full sentence.
 */
export function badRequest(issues: readonly SchemaIssue[]): DomainError {
  const named = issues.slice(0, ISSUES_MAX).map(toIssue);
  const first = named[0];
  const isWhole = first === undefined || first.path === '' || SENTENCE.test(first.message);
  const where = isWhole ? '' : `${first.path}: `;
  return new DomainError(
    'bad_request',
    first ? `${where}${first.message}` : 'The request is invalid.',
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
