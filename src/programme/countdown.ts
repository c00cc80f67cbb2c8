/** Returns the time left as `m:ss`, or as `h:mm:ss` from one hour; never less than `0:00`. */
export function countdownText(leftMs: number): string {
  const seconds = Math.max(0, Math.ceil(leftMs / 1_000));
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60];
  const ending = `:${pad(seconds % 60)}`;
  return hours > 0 ? `${hours}:${pad(minutes)}${ending}` : `${minutes}${ending}`;
}

/** Returns the initials of a name, for a card without a picture: one or two letters. */
export function initialsOf(name: string): string {
  const words = name.split(/\s+/).filter(Boolean);
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined];
  return letters
    .map((word) => Array.from(word ?? '')[0] ?? '')
    .join('')
    .toLocaleUpperCase('en');
}

const pad = (count: number) => `${count}`.padStart(2, '0');
