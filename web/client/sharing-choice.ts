/**
 * A viewer's choice about sharing, for all channels; null until they have been informed that others
 * can see their IP address.
 */
export type SharingChoice = 'informed' | 'declined' | null;

const KEY = 'onair.sharing';

export function readSharingChoice(): SharingChoice {
  try {
    const stored = localStorage.getItem(KEY);
    return stored === 'informed' || stored === 'declined' ? stored : null;
  } catch {
    // Storage is blocked, for example in a sandboxed embed.
    return null;
  }
}

export function keepSharingChoice(choice: 'informed' | 'declined'): void {
  try {
    localStorage.setItem(KEY, choice);
  } catch {
    // Storage is blocked, so the choice lasts for this page only.
  }
}
