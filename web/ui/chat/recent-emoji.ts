const KEY = 'onair.recent-emoji';
/** Two rows of the picker. */
const RECENT_MAX = 16;

/** The emoji that were picked here last, the newest first. */
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
    // Storage is refused: the picker begins with all of them.
  }
}
