const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;

/** Formats a duration in seconds with its two largest units, such as "3 days 4 hours". */
export function uptimeLabel(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return plural(minutes, 'minute');
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${plural(hours, 'hour')} ${plural(minutes % 60, 'minute')}`;
  return `${plural(Math.floor(hours / 24), 'day')} ${plural(hours % 24, 'hour')}`;
}
