import type { types } from 'mediasoup';

/** How often it is measured. */
const INTERVAL_MS = 1_000;
/** Encoders start their layers one after the other; one that has not begun by then is not waited for. */
const SAMPLES_MAX = 30;
/** So many measurements have to agree. */
const AGREEING = 3;
/** A layer is better than another when it takes so much more. */
const CLEARLY_MORE = 1.25;

/** One layer as it comes in. */
export type MeasuredLayer = Pick<types.ProducerStat, 'ssrc' | 'rtxSsrc' | 'bitrate'>;

/**
 * What to make of one measurement, layers in the order in which they were taken for: the right order, by
 * what each takes of the line; null when they are in it. `unclear`: two are alike, or one has not begun.
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
 * Looks at a simulcast track's layers whose order was guessed from their names, until it is sure, and
 * says the right order if it is another. Ends with the track.
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

/** By SSRC: senders name the rid only until their first packets were acknowledged (RFC 8852 3.1). */
function toEncoding({ ssrc, rtxSsrc }: MeasuredLayer): types.RtpEncodingParameters {
  return { ssrc, ...(rtxSsrc === undefined || rtxSsrc === 0 ? {} : { rtx: { ssrc: rtxSsrc } }) };
}
