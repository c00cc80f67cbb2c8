import type { IngestView } from '../../src/protocol/ingest.js';
import type { SendHealth } from './send-health.js';

/** The health of an encoder's broadcast, as measured by the server. */
export type IngestHealth = Pick<SendHealth, 'verdict' | 'reason' | 'lossPercent'> & {
  bitrateBps: number;
  roundTripMs: number | null;
  /** Frames per second; null if the server doesn't measure them. */
  framesPerSecond: number | null;
};

/** Returns the most serious problem, as a verdict and a sentence. */
export function ingestHealth({
  connected,
  bitrateBps,
  roundTripMs,
  tracks,
  warnings,
}: IngestView): IngestHealth {
  const streams = tracks.flatMap((track) => track.streams);
  const lossPercent = Math.max(0, ...streams.map((stream) => stream.lossPercent));
  const rates = streams.flatMap((stream) => stream.framesPerSecond ?? []);
  const framesPerSecond = rates.length === 0 ? null : Math.max(...rates);
  const figures = { bitrateBps, roundTripMs, lossPercent, framesPerSecond };
  if (!connected || bitrateBps === 0)
    return { ...figures, verdict: 'bad', reason: 'Nothing is arriving from the encoder.' };
  const silent = tracks.find((track) => track.streams.every((stream) => stream.bitrateBps === 0));
  if (silent !== undefined) {
    const what = silent.kind === 'video' ? 'video' : 'audio';
    return { ...figures, verdict: 'bad', reason: `No ${what} is arriving from the encoder.` };
  }
  const loss = `${lossPercent.toFixed(0)}% of packets are lost.`;
  if (lossPercent >= 10)
    return { ...figures, verdict: 'bad', reason: `${loss} Lower the bitrate in the encoder.` };
  if (lossPercent >= 3) return { ...figures, verdict: 'strained', reason: loss };
  const [warning] = warnings;
  if (warning) return { ...figures, verdict: 'strained', reason: warning.message };
  return { ...figures, verdict: 'good', reason: 'Everything is arriving as expected.' };
}
