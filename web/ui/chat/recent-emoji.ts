const KEY = 'onair.recent-emoji';
/** The maximum number of recent emoji: two rows of the picker. */
const RECENT_MAX = 16;

/** Returns the recently picked emoji, newest first. */
export function readRecentEmoji(): string[] {
  try {
    return (localStorage.getItem(KEY) ?? '').split(' ').filter((emoji) => emoji !== '');
  } catch {
    return [];
  }
}

export function keepRecentEmoji(picked: string): void {
  const others = readRecentEmoji().filter((emoji) => emoji !== picked);
  try {
    localStorage.setItem(KEY, [picked, ...others].slice(0, RECENT_MAX).join(' '));
  } catch {
    // Storage is blocked, so the picker has no recent emoji.
  }
}
