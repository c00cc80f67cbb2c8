import type { types } from 'mediasoup';
import { TracedPacket } from './ingest-meter.js';

/**
 * The key frames of all layers that an encoder creates for one request arrive within this time, in
 * ms.
 */
const GROUP_MS = 300;
/** The number of recent sets of key frames whose order is stored. */
const REMEMBERED = 3;

/**
 * Whether the key frame of a track's best simulcast layer arrives before those of the other layers.
 *
 * If a viewer's connection is ready before the first packets of a track arrive, the viewer receives
 * the layer whose key frame arrives first. It can't change to another layer for about three
 * seconds, because mediasoup needs sender reports for that. This object is part of a producer's
 * `appData`, so all pipes know it.
 */
export class KeyFrameOrder {
  readonly #bestFirst: boolean[] = [];
  #group: { startedMs: number; first: number; layers: Set<number> } | null = null;

  /** @param isBestFirst the value that another node has observed */
  constructor(isBestFirst = false) {
    if (isBestFirst) this.#bestFirst.push(true);
  }

  get isBestFirst(): boolean {
    return this.#bestFirst.length > 0 && this.#bestFirst.every(Boolean);
  }

  /** Records the arrival of a layer's key frame. `layers` are the layers that are arriving. */
  add(layer: number, layers: readonly number[], nowMs: number): void {
    const group = this.#group;
    if (group && !group.layers.has(layer) && nowMs - group.startedMs <= GROUP_MS)
      group.layers.add(layer);
    else this.#group = { startedMs: nowMs, first: layer, layers: new Set([layer]) };
    if (!this.#group || this.#group.layers.size < layers.length) return;
    this.#bestFirst.push(this.#group.first === Math.max(...layers));
    this.#bestFirst.splice(0, this.#bestFirst.length - REMEMBERED);
  }

  /** Observes a producer whose key frames are traced. */
  follow(producer: types.Producer): void {
    producer.on('trace', ({ type, info }) => {
      const packet = type === 'keyframe' ? TracedPacket.safeParse(info) : null;
      if (!packet?.success) return;
      const arriving = producer.score.filter(({ score }) => score > 0);
      const layer = arriving.find(({ ssrc }) => ssrc === packet.data.rtpPacket.ssrc);
      if (!layer) return;
      const layers = arriving.map(({ encodingIdx }) => encodingIdx);
      this.add(layer.encodingIdx, layers, performance.now());
    });
  }
}

/**
 * Whether the key frame that the first viewer of a video track requests is enough to start the
 * track. Otherwise, viewers can be connected only once all its layers arrive.
 */
export function startsWithOneKeyFrame({
  rtpParameters: { encodings = [] },
  appData: { keyFrameOrder },
}: Pick<types.Producer, 'rtpParameters' | 'appData'>): boolean {
  if (encodings.length === 1) return true;
  return keyFrameOrder instanceof KeyFrameOrder && keyFrameOrder.isBestFirst;
}
