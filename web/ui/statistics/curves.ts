import type { BroadcastStatistics } from '../../../src/protocol/statistics.js';

const MINUTE_S = 60;
/** The maximum number of table rows. */
const ROWS_MAX = 30;
/** The possible row lengths, in seconds. */
const ROW_LENGTHS_S = [10, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 21_600, 43_200, 86_400];

/** One value per step; null if unknown. */
export type Curve = readonly (number | null)[];

/**
 * Returns the chat messages per minute: the number in the minute before each step's end or, if
 * steps are longer, the average.
 */
export function messagesAMinute({ messages, stepS }: BroadcastStatistics): Curve {
  const steps = Math.max(1, Math.round(MINUTE_S / stepS));
  const spanS = steps * stepS;
  return messages.map((own, index) => {
    if (own === null) return null;
    const last = messages.slice(Math.max(0, index + 1 - steps), index + 1);
    const sum = last.reduce<number>((total, each) => total + (each ?? 0), 0);
    return (sum * MINUTE_S) / Math.max(spanS, MINUTE_S);
  });
}

export type Row = Readonly<{
  /** The offset from the broadcast's start, in milliseconds. */
  fromMs: number;
  /** The maximum number of concurrent viewers; null if unknown. */
  viewers: number | null;
  messages: number | null;
}>;

/** Condenses the statistics into a few rows. */
export function rowsOf({ viewers, messages, stepS }: BroadcastStatistics): Row[] {
  const lengthS = viewers.length * stepS;
  const rowS =
    ROW_LENGTHS_S.find((each) => each >= stepS && lengthS / each <= ROWS_MAX) ??
    Math.ceil(lengthS / ROWS_MAX);
  const rows: { fromMs: number; viewers: number | null; messages: number | null }[] = [];
  for (const [index, value] of viewers.entries()) {
    const place = Math.floor((index * stepS) / rowS);
    const row = (rows[place] ??= { fromMs: place * rowS * 1_000, viewers: null, messages: null });
    const written = messages[index] ?? null;
    if (value !== null) row.viewers = Math.max(row.viewers ?? 0, value);
    if (written !== null) row.messages = (row.messages ?? 0) + written;
  }
  return rows;
}

/** Formats the total watch time, such as `12 h 3 min`, `4 min` or `20 s`. */
export function watchTime(watchTimeS: number): string {
  if (watchTimeS < MINUTE_S) return `${watchTimeS} s`;
  const minutes = Math.floor(watchTimeS / MINUTE_S);
  const hours = Math.floor(minutes / 60);
  if (hours === 0) return `${minutes} min`;
  return `${hours.toLocaleString('en')} h${minutes % 60 === 0 ? '' : ` ${minutes % 60} min`}`;
}
