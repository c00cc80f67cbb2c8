import { GUEST_NAME_MAX, GUEST_NAME_MIN } from '../../../src/protocol/limits.js';

const KEY = 'onair.guest-name';

/** What is wrong with a guest's name, or null; the server has the last word. */
export function guestNameProblem(name: string): string | null {
  const tidy = tidyGuestName(name);
  if (tidy.length < GUEST_NAME_MIN) return `Type at least ${GUEST_NAME_MIN} characters.`;
  if (tidy.length > GUEST_NAME_MAX) return `Type at most ${GUEST_NAME_MAX} characters.`;
  return /^[\p{L}\p{N}][\p{L}\p{M}\p{N} ._-]*$/u.test(tidy)
    ? null
    : 'Use letters, digits, spaces, “.”, “_” or “-”, and begin with a letter or digit.';
}

/** As the server stores it. */
export function tidyGuestName(name: string): string {
  return name.normalize('NFKC').replaceAll(/\s+/gu, ' ').trim();
}

/** A name for who has not chosen one, so that nobody has to before the first message. */
export function newGuestName(random: () => number = Math.random): string {
  return `Guest ${1000 + Math.floor(random() * 9000)}`;
}

/** The name of the last visit, or a new one that is kept for the next. */
export function readGuestName(): string {
  try {
    const kept = localStorage.getItem(KEY);
    if (kept !== null && guestNameProblem(kept) === null) return kept;
  } catch {
    // Storage is refused: a new name for every page.
  }
  const name = newGuestName();
  keepGuestName(name);
  return name;
}

export function keepGuestName(name: string): void {
  try {
    localStorage.setItem(KEY, name);
  } catch {
    // Storage is refused: it holds for this page only.
  }
}
