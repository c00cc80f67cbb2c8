import { randomUUID } from 'node:crypto';
import { DomainError } from '../common/domain-error.js';

/** A strong, quoted entity tag (RFC 9110 8.8.3) that names one ICE session. */
export function newEntityTag(): string {
  return `"${randomUUID()}"`;
}

/**
 * Checks that a request is about the current ICE session: returns `this` if If-Match names it,
 * `any` if any session matches, which requests an ICE restart.
 * @param ifMatch the If-Match header
 * @throws {DomainError} `precondition_required` without one, `precondition_failed` for another
 *   session
 */
export function matchEntityTag(ifMatch: string | undefined, current: string): 'this' | 'any' {
  // RFC 6585 3, RFC 9725 4.3.1.
  if (ifMatch === undefined || ifMatch.trim() === '')
    throw new DomainError(
      'precondition_required',
      'Say with If-Match which ICE session this is for: its ETag, or * for a restart.',
    );
  const tags = new Set(ifMatch.split(',').map((tag) => tag.trim()));
  // Some clients quote it like a tag, against RFC 9110 13.1.1.
  if (tags.has('*') || tags.has('"*"')) return 'any';
  // A weak tag never matches here (RFC 9110 13.1.1: strong comparison).
  if (tags.has(current)) return 'this';
  throw new DomainError(
    'precondition_failed',
    'The ICE session is another by now. Use the ETag of the last answer, or * to restart it.',
  );
}
