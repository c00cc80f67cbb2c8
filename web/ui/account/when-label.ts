const day = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short', year: 'numeric' });
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/**
 * Formats a time relative to now, or as a date: "5 minutes ago", "yesterday" or "Nov 3, 2026". Null
 * is formatted as "never".
 */
export function whenLabel(time: string | null, nowMs = Date.now()): string {
  if (time === null) return 'never';
  const ageMs = nowMs - Date.parse(time);
  if (ageMs < MINUTE_MS) return ageMs < -MINUTE_MS ? day.format(new Date(time)) : 'just now';
  if (ageMs < HOUR_MS) return relative.format(-Math.floor(ageMs / MINUTE_MS), 'minute');
  if (ageMs < DAY_MS) return relative.format(-Math.floor(ageMs / HOUR_MS), 'hour');
  if (ageMs < 7 * DAY_MS) return relative.format(-Math.floor(ageMs / DAY_MS), 'day');
  return day.format(new Date(time));
}
