import { badRequest } from '../common/bad-request.js';
import { COMMON_PASSWORDS } from './common-passwords.js';

/** Characters that people add at the ends to make a common password "different". */
const TRIMMINGS = /^[\s!?.,*#_-]+|[\s!?.,*#_-]+$/g;

/**
 * Rejects a password that attackers would try first: a common one, a few repeated characters, or
 * little more than the username. The length is checked by the schema.
 * @throws {DomainError} `bad_request` for the field `password`
 */
export function assertNotCommon(password: string, username: string): void {
  const problem = problemOf(password.normalize('NFKC').toLowerCase(), username.toLowerCase());
  if (problem !== null) throw badRequest([{ path: ['password'], message: problem }]);
}

function problemOf(password: string, username: string): string | null {
  const core = password.replaceAll(TRIMMINGS, '');
  if (COMMON_PASSWORDS.has(password) || COMMON_PASSWORDS.has(core))
    return 'this password is easy to guess; choose another, such as four words';
  if (new Set(password).size < 4) return 'use more than three different characters';
  if (password.replaceAll(username, '').length < 4) return 'this is too similar to your username';
  return null;
}
