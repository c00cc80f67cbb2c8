import type { types } from 'mediasoup';

/** The interval at which the layers are measured. */
const INTERVAL_MS = 1_000;
/**
 * The maximum number of measurements. Encoders start layers one after another. A layer that hasn't
 * started by then is ignored.
 */
const SAMPLES_MAX = 30;
/** The number of consecutive measurements that must agree. */
const AGREEING = 3;
/** A layer counts as higher than another if its bit rate is higher by this factor. */
const CLEARLY_MORE = 1.25;

/** One incoming layer. */
export type MeasuredLayer = Pick<types.ProducerStat, 'ssrc' | 'rtxSsrc' | 'bitrate'>;

/**
 * Evaluates one measurement of the layers in their assumed order. Returns the correct order by bit
 * rate, or null if the assumed order is correct. `unclear` means that two layers are similar or a
 * layer hasn't started.
 */
export function rightOrder<L extends MeasuredLayer>(
  layers: readonly L[],
): readonly L[] | null | 'unclear' {
  if (layers.some(({ bitrate }) => bitrate === 0)) return 'unclear';
  const sorted = layers.toSorted((a, b) => a.bitrate - b.bitrate);
  const isClear = sorted.every(
    ({ bitrate }, index) => bitrate >= CLEARLY_MORE * (sorted[index - 1]?.bitrate ?? 0),
  );
  if (!isClear) return 'unclear';
  return sorted.every((layer, index) => layer === layers[index]) ? null : sorted;
}

/**
 * Monitors a simulcast track whose layer order was guessed from names until the order is certain or
 * the track closes. Reports the correct order if it differs from the guess.
 */
export function checkLayers(
  producer: types.Producer,
  onWrong: (encodings: types.RtpEncodingParameters[]) => void,
): void {
  const { encodings = [] } = producer.rtpParameters;
  let samples = 0;
  let agreeing = 0;
  let before = '';
  const measure = async () => {
    samples += 1;
    const stats = await producer.getStats().catch((): types.ProducerStat[] => []);
    const layers = encodings.flatMap(({ rid }) => stats.find((stat) => stat.rid === rid) ?? []);
    if (producer.closed || layers.length < encodings.length) return;
    const order = rightOrder(layers);
    if (order === 'unclear') return;
    const found = order === null ? 'right' : order.map(({ ssrc }) => ssrc).join(' ');
    agreeing = found === before ? agreeing + 1 : 1;
    before = found;
    if (agreeing < AGREEING) return;
    clearInterval(timer);
    if (order !== null) onWrong(order.map(toEncoding));
  };
  const timer = setInterval(() => {
    if (samples >= SAMPLES_MAX) clearInterval(timer);
    else void measure();
  }, INTERVAL_MS);
  producer.observer.once('close', () => clearInterval(timer));
}

/**
 * Identifies the layer by its SSRC, because senders include the rid only until their first packets
 * are acknowledged (RFC 8852 3.1).
 */
function toEncoding({ ssrc, rtxSsrc }: MeasuredLayer): types.RtpEncodingParameters {
  return { ssrc, ...(rtxSsrc === undefined || rtxSsrc === 0 ? {} : { rtx: { ssrc: rtxSsrc } }) };
}
