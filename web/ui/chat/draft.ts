const key = (channel: string): string => `onair.draft.${channel}`;

/** What was typed and not sent when the page was left, as for logging in. */
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
    // Storage is refused: the text lives as long as the page.
  }
}
