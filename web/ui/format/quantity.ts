const whole = new Intl.NumberFormat('en');
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

/** Formats a count in full, such as `1,204`. */
export const count = (value: number): string => whole.format(value);

/** Formats a count for tight spaces, such as `1.2K`. */
export const shortCount = (value: number): string => compact.format(value);

/** Formats a count with a noun whose plural ends in s, such as `1 guest` or `1,204 guests`. */
export const counted = (value: number, noun: string): string =>
  `${count(value)} ${noun}${value === 1 ? '' : 's'}`;

/** Formats a number of viewers, such as `1 viewer` or `1,204 viewers`. */
export const viewerCount = (viewers: number): string => counted(viewers, 'viewer');

/** Formats a latency in seconds with one decimal, such as `0.3 s`. */
export const delay = (delayMs: number): string => `${(Math.max(0, delayMs) / 1000).toFixed(1)} s`;

/** Formats a bit rate, such as `850 kbit/s` or `2.4 Mbit/s`. */
export function bitrate(bitsPerSecond: number): string {
  return bitsPerSecond >= 1_000_000
    ? `${(bitsPerSecond / 1_000_000).toFixed(1)} Mbit/s`
    : `${Math.round(bitsPerSecond / 1000)} kbit/s`;
}

/** Formats a percentage, such as `0%`, `0.4%` or `12%`. */
export function percent(value: number): string {
  return `${value > 0 && value < 10 ? value.toFixed(1) : Math.round(value)}%`;
}
