import type { TappedPacket } from '../broadcast/ports/media.js';
import { H264SetStore } from '../media/rtp/h264-set-store.js';
import { H264SetWatch } from '../media/rtp/h264-set-watch.js';
import { parseRtpPacket } from '../media/rtp/rtp-packet.js';
import type { ProducerTap } from './producer-tap.js';

/**
 * Parameter sets precede their picture by at most this number of packets. If one of these packets
 * is missing or late, the sets may have been in it.
 */
const IN_ROW = 8;

type Layer = {
  store: H264SetStore;
  watch: H264SetWatch;
  next: number | null;
  /** The number of consecutive packets in order. */
  inRow: number;
};

/**
 * Describes a track that sent its parameter sets only once: the sets by layer, and the packet with
 * the picture that lacks them.
 */
export type LackingSets = Readonly<{ stores: readonly H264SetStore[]; packet: TappedPacket }>;

/**
 * Detects the first IDR picture without parameter sets in an H.264 track. Viewers who join such a
 * track later would see nothing.
 */
export function checkSets(tap: ProducerTap, onLacking: (lacking: LackingSets) => void): void {
  if (tap.codec.mimeType.toLowerCase() !== 'video/h264') return;
  const layers: Layer[] = tap.ssrcs.map(() => {
    const store = new H264SetStore();
    return { store, watch: new H264SetWatch(store), next: null, inRow: 0 };
  });
  const off = tap.events.on('packet', (packet) => {
    const layer = layers[packet.layer];
    if (!layer || !lacks(layer, packet)) return;
    off();
    onLacking({ stores: layers.map(({ store }) => store), packet });
  });
}

function lacks(layer: Layer, { bytes }: TappedPacket): boolean {
  const packet = parseRtpPacket(bytes);
  if (!packet) return false;
  layer.inRow = layer.next === packet.sequenceNumber ? layer.inRow + 1 : 0;
  layer.next = (packet.sequenceNumber + 1) & 0xffff;
  const sets = layer.watch.push(packet);
  return layer.inRow >= IN_ROW && sets !== null && sets.length > 0;
}
