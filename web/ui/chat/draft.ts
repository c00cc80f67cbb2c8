const key = (channel: string): string => `onair.draft.${channel}`;

/** Returns the text left unsent when the user left the page, such as to log in. */
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
