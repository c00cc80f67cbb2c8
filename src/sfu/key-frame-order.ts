import type { types } from 'mediasoup';
import { TracedPacket } from './ingest-meter.js';

/** Key frames of all layers that an encoder makes at one request arrive within this time, in ms. */
const GROUP_MS = 300;
/** The number of key frames that are remembered. */
const REMEMBERED = 3;

/**
 * Whether the key frame of a track's best simulcast layer arrives before those of the other layers.
 *
 * A viewer whose connection is ready before the first packets of a track arrive receives the layer
 * whose key frame arrives first, and can't change to another one for about three seconds: mediasoup
 * needs sender reports for that. It is part of a producer's `appData`, so all pipes know it.
 */
export class KeyFrameOrder {
  readonly #bestFirst: boolean[] = [];
  #group: { startedMs: number; first: number; layers: Set<number> } | null = null;

  /** @param isBestFirst what another node has observed */
  constructor(isBestFirst = false) {
    if (isBestFirst) this.#bestFirst.push(true);
  }

  get isBestFirst(): boolean {
    return this.#bestFirst.length > 0 && this.#bestFirst.every(Boolean);
  }

  /** Adds the arrival of a layer's key frame; `layers` are those that arrive at present. */
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
 * Whether a video track can be started with the one key frame that its first viewer needs anyway.
 * Otherwise, viewers have to be connected after all its layers arrive.
 */
export function startsWithOneKeyFrame({
  rtpParameters: { encodings = [] },
  appData: { keyFrameOrder },
}: Pick<types.Producer, 'rtpParameters' | 'appData'>): boolean {
  if (encodings.length === 1) return true;
  return keyFrameOrder instanceof KeyFrameOrder && keyFrameOrder.isBestFirst;
}
