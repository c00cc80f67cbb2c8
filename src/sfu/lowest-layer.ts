import type { types } from 'mediasoup';

/**
 * The client's minimum bit rate, as a multiple of the lowest layers' bit rate, which varies. The
 * second value is used if the layer isn't sent with the first. The next layer usually needs four
 * times as much.
 */
const MARGINS = [1.5, 2.25] as const;
/** How long to wait for the layer's next key frame before the next value is tried. */
const AGAIN_MS = 3_000;

/**
 * Sends a client at least the lowest layer of its simulcast tracks, even if the estimated bandwidth
 * is lower.
 *
 * Otherwise, mediasoup would stop the video and not resume it for a long time, because without
 * video packets, neither media nor probes show that the client's link has improved.
 *
 * @param producers returns the simulcast tracks that the transport carries
 */
export function keepLowestLayer(
  consumer: types.Consumer,
  transport: types.WebRtcTransport,
  producers: () => readonly types.Producer[],
): void {
  // An SVC stream has one bit rate for all its layers.
  if (consumer.type !== 'simulcast') return;
  let timer: NodeJS.Timeout | undefined;
  const allow = async (margin: number) => {
    const all = await Promise.all(producers().map((producer) => producer.getStats()));
    const bps = all.reduce((sum, stats) => sum + lowestBps(stats), 0);
    if (bps > 0) await transport.setMinOutgoingBitrate(Math.ceil(margin * bps));
  };
  const isLacking = () =>
    !consumer.currentLayers && !consumer.closed && !consumer.paused && !consumer.producerPaused;
  const check = (step: number) => {
    clearTimeout(timer);
    const margin = MARGINS[step];
    if (margin === undefined || !isLacking()) return;
    allow(margin).catch(() => {
      // The track or the client's connection was closed in the meantime.
    });
    timer = setTimeout(() => check(step + 1), AGAIN_MS);
  };
  consumer.on('layerschange', () => check(0));
  consumer.observer.once('close', () => clearTimeout(timer));
}

/** Returns the bit rate of the lowest layer that arrives; 0 if none does. */
function lowestBps(stats: readonly types.ProducerStat[]): number {
  const rates = stats.map(({ bitrate }) => bitrate).filter((bps) => bps > 0);
  return rates.length === 0 ? 0 : Math.min(...rates);
}
