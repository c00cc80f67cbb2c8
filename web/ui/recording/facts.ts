/** Formats a date and time in the reader's locale. */
export const whenFormat = new Intl.DateTimeFormat(undefined, {
  dateStyle: 'medium',
  timeStyle: 'short',
});

const KILO = 1_000;
const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB'] as const;

/** Formats a file size, such as `850 kB` or `1.2 GB`. */
export function fileSize(bytes: number): string {
  const power = bytes < KILO ? 0 : Math.floor(Math.log10(bytes) / 3);
  const index = Math.min(power, UNITS.length - 1);
  const value = bytes / KILO ** index;
  return `${value < 10 && index > 0 ? value.toFixed(1) : Math.round(value)} ${UNITS[index] ?? ''}`;
}
