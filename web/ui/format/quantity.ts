const whole = new Intl.NumberFormat('en');
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

/** A count in full: `1,204`. */
export const count = (value: number): string => whole.format(value);

/** A count for tight spaces: `1.2K`. */
export const shortCount = (value: number): string => compact.format(value);

/** A count with a noun whose plural ends in s: `1 guest`, `1,204 guests`. */
export const counted = (value: number, noun: string): string =>
  `${count(value)} ${noun}${value === 1 ? '' : 's'}`;

/** `1 viewer`, `1,204 viewers`. */
export const viewerCount = (viewers: number): string => counted(viewers, 'viewer');

/** A delay in seconds with one decimal: `0.3 s`. */
export const delay = (delayMs: number): string => `${(Math.max(0, delayMs) / 1000).toFixed(1)} s`;

/** A bitrate: `850 kbit/s`, `2.4 Mbit/s`. */
export function bitrate(bitsPerSecond: number): string {
  return bitsPerSecond >= 1_000_000
    ? `${(bitsPerSecond / 1_000_000).toFixed(1)} Mbit/s`
    : `${Math.round(bitsPerSecond / 1000)} kbit/s`;
}

/** A percentage: `0 %`, `0.4 %`, `12 %`. */
export function percent(value: number): string {
  return `${value > 0 && value < 10 ? value.toFixed(1) : Math.round(value)} %`;
}
