import { number, pathRoundTripMs, type StatsEntry } from './stats-entry.js';

/** The reception during the last second. */
export type ReceiveStats = {
  /**
   * The latency from capture to display in milliseconds; null while any part of the path is
   * unmeasured.
   */
  delayMs: number | null;
  width: number;
  height: number;
  /** Null, like the following fields, if it isn't measured on this path. */
  framesPerSecond: number | null;
  bitrateBps: number | null;
  lossPercent: number | null;
  roundTripMs: number | null;
  jitterBufferMs: number | null;
  /** Absent if the viewer doesn't share media with others. */
  sharing?: SharingFigures;
};

/** The amounts that a viewer has exchanged with others since playback started, in bytes. */
export type SharingFigures = {
  /** The number of connected viewers. */
  peers: number;
  received: number;
  sent: number;
  /** The bytes that were loaded from the server instead of from others. */
  fromServer: number;
  /** The number of segments from others that didn't match the server's. */
  rejected: number;
};

/** NTP time starts in 1900, JavaScript's in 1970. */
const NTP_TO_UNIX_MS = 2_208_988_800_000;

/** The counters from one getStats result, with which the next result is compared. */
export type ReceiveCounters = {
  atMs: number;
  bytes: number;
  packets: number;
  lost: number;
  bufferDelayS: number;
  bufferEmitted: number;
};

type Options = {
  /** The previous call's counters. */
  before: ReceiveCounters | null;
  /** The server's time; null while unknown. */
  serverNowMs: number | null;
  /** The latency from capture to the server; null while unknown. */
  uplinkMs: number | null;
};

/**
 * Evaluates a receiving transport's stats. This is a pure function, so the same report gives the
 * same result.
 */
export function receiveStats(
  report: Iterable<StatsEntry>,
  { before, serverNowMs, uplinkMs }: Options,
): { stats: ReceiveStats; counters: ReceiveCounters } | null {
  const entries = [...report];
  // mediasoup probes the bandwidth with a separate stream, which contains no video.
  const inbound = entries.filter(
    (entry) => entry['type'] === 'inbound-rtp' && entry['mid'] !== 'probator',
  );
  const video = inbound.find((entry) => entry['kind'] === 'video');
  const timed = video ?? inbound[0];
  if (!timed) return null;
  const sum = (key: string) => inbound.reduce((total, entry) => total + number(entry[key]), 0);
  const counters: ReceiveCounters = {
    atMs: number(timed['timestamp']),
    bytes: sum('bytesReceived'),
    packets: sum('packetsReceived'),
    lost: sum('packetsLost'),
    bufferDelayS: number(timed['jitterBufferDelay']),
    bufferEmitted: number(timed['jitterBufferEmittedCount']),
  };
  const from = before ?? { ...counters, bytes: 0, packets: 0, lost: 0 };
  const seconds = Math.max(0.001, (counters.atMs - from.atMs) / 1_000);
  const lost = Math.max(0, counters.lost - from.lost);
  const expected = Math.max(1, lost + counters.packets - from.packets);
  const emitted = counters.bufferEmitted - from.bufferEmitted;
  const stats: ReceiveStats = {
    delayMs: delay(timed['estimatedPlayoutTimestamp'], serverNowMs, uplinkMs),
    width: number(video?.['frameWidth']),
    height: number(video?.['frameHeight']),
    framesPerSecond: number(video?.['framesPerSecond']),
    bitrateBps: before ? Math.max(0, ((counters.bytes - from.bytes) * 8) / seconds) : 0,
    lossPercent: (100 * lost) / expected,
    roundTripMs: pathRoundTripMs(entries),
    jitterBufferMs:
      before && emitted > 0
        ? (1_000 * (counters.bufferDelayS - from.bufferDelayS)) / emitted
        : null,
  };
  return { stats, counters };
}

function delay(
  playout: unknown,
  serverNowMs: number | null,
  uplinkMs: number | null,
): number | null {
  if (typeof playout !== 'number' || serverNowMs === null || uplinkMs === null) return null;
  const downlinkMs = serverNowMs - (playout - NTP_TO_UNIX_MS);
  return Math.max(0, uplinkMs + downlinkMs);
}
