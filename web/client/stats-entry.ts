/** One entry of an RTCStatsReport, whose members differ between browsers. */
export type StatsEntry = Record<string, unknown>;

/** Returns the selected path's round-trip time in milliseconds, or null while none is selected. */
export function pathRoundTripMs(entries: readonly StatsEntry[]): number | null {
  const pair = entries.find(
    (entry) => entry['type'] === 'candidate-pair' && entry['nominated'] === true,
  );
  const seconds = pair?.['currentRoundTripTime'];
  return typeof seconds === 'number' ? seconds * 1_000 : null;
}

/** Reads a member as a number; 0 if the browser doesn't provide it. */
export function number(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}

/** Reads a member as a string; empty if the browser doesn't provide it. */
export function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
