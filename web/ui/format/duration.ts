const two = (value: number): string => String(value).padStart(2, '0');

/**
 * Formats a duration like a clock, such as `0:07`, `42:10` or `1:02:09`. Negative values count as
 * zero.
 */
export function clockTime(durationMs: number): string {
  const seconds = Math.max(0, Math.floor(durationMs / 1000));
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours > 0
    ? `${hours}:${two(minutes)}:${two(seconds % 60)}`
    : `${minutes}:${two(seconds % 60)}`;
}

const units = [
  { name: 'day', ms: 86_400_000 },
  { name: 'hour', ms: 3_600_000 },
  { name: 'minute', ms: 60_000 },
  { name: 'second', ms: 1_000 },
] as const;

/** Formats a duration in words, such as `2 hours 5 minutes` or `41 seconds`. */
export function wordyDuration(durationMs: number): string {
  const largest = units.findIndex(({ ms }) => durationMs >= ms);
  if (largest === -1) return 'less than a second';
  let rest = durationMs;
  const words = units.slice(largest, largest + 2).flatMap(({ name, ms }) => {
    const count = Math.floor(rest / ms);
    rest -= count * ms;
    return count === 0 ? [] : [`${count} ${name}${count === 1 ? '' : 's'}`];
  });
  return words.join(' ');
}

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

/**
 * Formats the time since a moment in its largest whole unit, such as `just now`, `5 minutes ago` or
 * `yesterday`.
 */
export function ago(thenMs: number, nowMs: number): string {
  const elapsedMs = Math.max(0, nowMs - thenMs);
  const unit = units.find(({ ms }) => elapsedMs >= ms);
  if (!unit || unit.name === 'second') return 'just now';
  return relative.format(-Math.floor(elapsedMs / unit.ms), unit.name);
}
