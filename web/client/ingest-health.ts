import type { IngestView } from '../../src/protocol/ingest.js';
import type { SendHealth } from './send-health.js';

/** How a broadcast from an encoder arrives, as the server measures it. */
export type IngestHealth = Pick<SendHealth, 'verdict' | 'reason' | 'lossPercent'> & {
  bitrateBps: number;
  roundTripMs: number | null;
};

/** The most serious problem, as a word and a sentence. */
export function ingestHealth({
  connected,
  bitrateBps,
  roundTripMs,
  tracks,
  warnings,
}: IngestView): IngestHealth {
  const streams = tracks.flatMap((track) => track.streams);
  const lossPercent = Math.max(0, ...streams.map((stream) => stream.lossPercent));
  const figures = { bitrateBps, roundTripMs, lossPercent };
  if (!connected || bitrateBps === 0)
    return { ...figures, verdict: 'bad', reason: 'Nothing arrives from the program.' };
  const silent = tracks.find((track) => track.streams.every((stream) => stream.bitrateBps === 0));
  if (silent !== undefined) {
    const what = silent.kind === 'video' ? 'picture' : 'sound';
    return { ...figures, verdict: 'bad', reason: `No ${what} arrives from the program.` };
  }
  const loss = `${lossPercent.toFixed(0)} % of what is sent is lost on its way.`;
  if (lossPercent >= 10)
    return { ...figures, verdict: 'bad', reason: `${loss} Lower the bitrate in the program.` };
  if (lossPercent >= 3) return { ...figures, verdict: 'strained', reason: loss };
  const [warning] = warnings;
  if (warning) return { ...figures, verdict: 'strained', reason: warning.message };
  return { ...figures, verdict: 'good', reason: 'Everything arrives as it should.' };
}
