const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;
/** Units are decimal, like the limits in the configuration. */
const STEP = 1_000;

/** Formats a number of bytes, such as `3.4 MB`. */
export function sizeLabel(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= STEP && unit < UNITS.length - 1) {
    value /= STEP;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  return `${value.toFixed(digits)} ${UNITS[unit]}`;
}
