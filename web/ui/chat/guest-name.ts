import { GUEST_NAME_MAX, GUEST_NAME_MIN } from '../../../src/protocol/limits.js';

const KEY = 'onair.guest-name';

/**
 * Returns a sentence that says what is wrong with a guest's name, or null if the name is valid. The
 * server makes the final decision.
 */
export function guestNameProblem(name: string): string | null {
  const tidy = tidyGuestName(name);
  if (tidy.length < GUEST_NAME_MIN) return `Use at least ${GUEST_NAME_MIN} characters.`;
  if (tidy.length > GUEST_NAME_MAX) return `Use at most ${GUEST_NAME_MAX} characters.`;
  return /^[\p{L}\p{N}][\p{L}\p{M}\p{N} ._-]*$/u.test(tidy)
    ? null
    : 'Use letters, digits, spaces, “.”, “_” or “-”. Start with a letter or digit.';
}

/** Normalizes a name as the server stores it. */
export function tidyGuestName(name: string): string {
  return name.normalize('NFKC').replaceAll(/\s+/gu, ' ').trim();
}

/** Generates a name, so that guests can chat without choosing one. */
export function newGuestName(random: () => number = Math.random): string {
  return `Guest ${1000 + Math.floor(random() * 9000)}`;
}

/** Returns the name from the last visit, or a new name that is stored for the next visit. */
export function readGuestName(): string {
  try {
    const stored = localStorage.getItem(KEY);
    if (stored !== null && guestNameProblem(stored) === null) return stored;
  } catch {
    // Storage is blocked, so every page gets a new name.
  }
  const name = newGuestName();
  keepGuestName(name);
  return name;
}

export function keepGuestName(name: string): void {
  try {
    localStorage.setItem(KEY, name);
  } catch {
    // Storage is blocked, so the name is used on this page only.
  }
}
