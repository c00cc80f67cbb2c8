const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const;

const SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;
const DURATION = /^(\d{1,7})([smhd])?$/i;

/** Formats a duration, rounded up: `40 seconds`, `5 minutes`, `2 days`. */
export function inWords(ms: number): string {
  const seconds = Math.max(1, Math.ceil(ms / 1_000));
  // A duration of less than two units is given in the next smaller unit: 90 seconds rather than 2
  // minutes.
  const [name, size] = UNITS.find(([, unit]) => seconds >= unit * 2) ?? UNITS[3];
  const count = Math.ceil(seconds / size);
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}

/**
 * Converts a duration such as `90`, `90s`, `10m`, `2h` or `14d` to seconds; returns null if it is
 * invalid.
 */
export function parseSeconds(text: string, unit: keyof typeof SECONDS = 's'): number | null {
  const [, count, typed = unit] = DURATION.exec(text) ?? [];
  if (count === undefined) return null;
  return Number(count) * SECONDS[typed.toLowerCase() as keyof typeof SECONDS];
}
