const key = (channel: string): string => `onair.draft.${channel}`;

/** Returns the unsent text from before the user left the page, for example to log in. */
export function readDraft(channel: string): string {
  try {
    return sessionStorage.getItem(key(channel)) ?? '';
  } catch {
    return '';
  }
}

export function keepDraft(channel: string, text: string): void {
  try {
    if (text === '') sessionStorage.removeItem(key(channel));
    else sessionStorage.setItem(key(channel), text);
  } catch {
    // Storage is blocked, so the draft lasts only as long as the page.
  }
}
