import { number, type StatsEntry } from './stats-entry.js';

/** The numbers of frames decoded and audio packets received so far. */
export type FlowCounters = { frames: number; soundPackets: number };

/** The kinds of media that the server currently sends. */
export type Sent = { video: boolean; audio: boolean };

/**
 * Determines whether media flowed since `before`, and whether any was expected: video, or audio if
 * only that is sent.
 */
export function mediaFlow(
  report: Iterable<StatsEntry>,
  { before, sent }: { before: FlowCounters; sent: Sent },
): { moved: boolean; expected: boolean; counters: FlowCounters } {
  const counters: FlowCounters = { frames: 0, soundPackets: 0 };
  for (const entry of report) {
    if (entry['type'] !== 'inbound-rtp' || entry['mid'] === 'probator') continue;
    if (entry['kind'] === 'video') counters.frames += number(entry['framesDecoded']);
    if (entry['kind'] === 'audio') counters.soundPackets += number(entry['packetsReceived']);
  }
  const moved = sent.video
    ? counters.frames > before.frames
    : sent.audio && counters.soundPackets > before.soundPackets;
  return { moved, expected: sent.video || sent.audio, counters };
}
