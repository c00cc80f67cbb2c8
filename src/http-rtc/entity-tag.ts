import { randomUUID } from 'node:crypto';
import { DomainError } from '../common/domain-error.js';

/** Returns a strong, quoted entity tag (RFC 9110, section 8.8.3) for an ICE session. */
export function newEntityTag(): string {
  return `"${randomUUID()}"`;
}

/**
 * Checks that a request applies to the current ICE session. Returns `this` if If-Match names it, or
 * `any` for `*`, which requests an ICE restart.
 * @param ifMatch the If-Match header
 * @throws {DomainError} `precondition_required` if there is no If-Match, `precondition_failed` for
 *   another session
 */
export function matchEntityTag(ifMatch: string | undefined, current: string): 'this' | 'any' {
  // The header is required (RFC 6585, section 3; RFC 9725, section 4.3.1).
  if (ifMatch === undefined || ifMatch.trim() === '')
    throw new DomainError(
      'precondition_required',
      'Send If-Match with the ETag of the ICE session, or with * for a restart.',
    );
  const tags = new Set(ifMatch.split(',').map((tag) => tag.trim()));
  // Some clients quote the asterisk like a tag, contrary to RFC 9110, section 13.1.1.
  if (tags.has('*') || tags.has('"*"')) return 'any';
  // The comparison is strong (RFC 9110, section 13.1.1), so a weak tag never matches.
  if (tags.has(current)) return 'this';
  throw new DomainError(
    'precondition_failed',
    'The ICE session has changed. Use the ETag of the last response, or * for a restart.',
  );
}
