import { number, pathRoundTripMs, type StatsEntry, text } from './stats-entry.js';

/** One simulcast layer as it is currently sent; 0 is the lowest. */
export type LayerHealth = {
  layer: number;
  width: number;
  height: number;
  framesPerSecond: number;
  bitrateBps: number;
  qualityLimitation: string;
  /** True for a screen, where a low frame rate only means that nothing is moving. */
  isScreen?: true;
};

/** The health of what was sent during the last second. */
export type SendHealth = {
  atMs: number;
  roundTripMs: number | null;
  lossPercent: number;
  audioBitrateBps: number;
  layers: LayerHealth[];
  verdict: 'good' | 'strained' | 'bad';
  /** The reason, as a sentence. */
  reason: string;
};

/**
 * The number of bytes sent so far, by SSRC, and the time of measurement. The next report is
 * compared with these.
 */
export type SendCounters = { atMs: number; bytes: ReadonlyMap<number, number> };

/**
 * Evaluates a sending transport's stats. This is a pure function, so the same report gives the same
 * result.
 */
export function sendHealth(
  report: Iterable<StatsEntry>,
  before: SendCounters | null,
  atMs: number,
): { health: SendHealth; counters: SendCounters } {
  const entries = [...report];
  const outbound = entries.filter((entry) => entry['type'] === 'outbound-rtp');
  const bytes = new Map(
    outbound.map((entry) => [number(entry['ssrc']), number(entry['bytesSent'])] as const),
  );
  const seconds = before ? Math.max(0.001, (atMs - before.atMs) / 1_000) : 1;
  const bitrate = (entry: StatsEntry) => {
    const ssrc = number(entry['ssrc']);
    const from = before?.bytes.get(ssrc);
    return from === undefined ? 0 : Math.max(0, ((bytes.get(ssrc) ?? 0) - from) * 8) / seconds;
  };
  const layers = outbound
    .filter((entry) => entry['kind'] === 'video')
    .toSorted((a, b) => text(a['rid']).localeCompare(text(b['rid'])))
    .map((entry, layer) => ({
      layer,
      width: number(entry['frameWidth']),
      height: number(entry['frameHeight']),
      framesPerSecond: number(entry['framesPerSecond']),
      bitrateBps: bitrate(entry),
      qualityLimitation: text(entry['qualityLimitationReason']) || 'none',
      ...(entry['contentType'] === 'screenshare' && { isScreen: true as const }),
    }));
  const audio = outbound.filter((entry) => entry['kind'] === 'audio');
  const remote = entries.filter((entry) => entry['type'] === 'remote-inbound-rtp');
  const figures = {
    roundTripMs: pathRoundTripMs(entries),
    lossPercent: 100 * Math.max(0, ...remote.map((entry) => number(entry['fractionLost']))),
    layers,
  };
  return {
    health: {
      atMs,
      ...figures,
      audioBitrateBps: audio.reduce((sum, entry) => sum + bitrate(entry), 0),
      ...verdict(figures),
    },
    counters: { atMs, bytes },
  };
}

/** Returns the most serious problem, as a verdict and a sentence. */
export function verdict({
  roundTripMs,
  lossPercent,
  layers,
}: Pick<SendHealth, 'roundTripMs' | 'lossPercent' | 'layers'>): Pick<
  SendHealth,
  'verdict' | 'reason'
> {
  const top = layers.at(-1);
  const loss = `${lossPercent.toFixed(0)}% of packets are lost.`;
  if (lossPercent >= 10) return { verdict: 'bad', reason: `${loss} Try a cable instead of Wi-Fi.` };
  if ((roundTripMs ?? 0) >= 800)
    return { verdict: 'bad', reason: 'The connection’s latency is very high.' };
  const isStuck = layers.every((layer) => layer.framesPerSecond < 5 && !layer.isScreen);
  if (layers.length > 0 && isStuck)
    return { verdict: 'bad', reason: 'Almost no video is being sent. Close other programs.' };
  if (top?.qualityLimitation === 'cpu')
    return {
      verdict: 'strained',
      reason: 'Your computer is busy, so the resolution was lowered. Close other programs.',
    };
  if (top?.qualityLimitation === 'bandwidth')
    return {
      verdict: 'strained',
      reason: 'Your upload is too slow for this resolution. Choose a lower one.',
    };
  if (lossPercent >= 3) return { verdict: 'strained', reason: loss };
  if ((roundTripMs ?? 0) >= 300)
    return { verdict: 'strained', reason: 'The connection’s latency is high.' };
  return { verdict: 'good', reason: 'Everything is arriving as expected.' };
}
