import { createHash, randomInt } from 'node:crypto';

export const RECOVERY_CODES = 10;
/** Excludes characters that are easily confused. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';
const GROUPS = 3;
const GROUP_LENGTH = 4;

/**
 * Creates ten codes in the format `xxxx-xxxx-xxxx`. Each has 59 bits of entropy, so a plain hash is
 * enough to protect it.
 */
export function newRecoveryCodes(): string[] {
  const group = () =>
    Array.from({ length: GROUP_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
  return Array.from({ length: RECOVERY_CODES }, () =>
    Array.from({ length: GROUPS }, group).join('-'),
  );
}

/** Hashes an entered code, ignoring dashes, spaces and case. */
export function recoveryCodeHash(typed: string): Uint8Array<ArrayBuffer> {
  const plain = typed.toLowerCase().replaceAll(/[\s-]/g, '');
  return new Uint8Array(createHash('sha256').update(plain).digest());
}
