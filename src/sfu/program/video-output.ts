import type { ClockAnchor, MediaUnit } from '../../broadcast/ports/unit-track.js';
import { nalUnitsOf, parseAvcRecord } from '../../media/codecs/avc-record.js';
import { NAL } from '../../media/codecs/h264-nal.js';
import { H264UnitReader } from '../../media/codecs/h264-unit-reader.js';
import { h264Payloads } from '../../media/rtp/h264-payloads.js';
import { PictureOrder } from './picture-order.js';
import type { ProgramRtp } from './program-rtp.js';
import type { UnitOutput } from './program-track.js';

const LENGTH_BYTES = 4;

type Options = Readonly<{
  /** Opens a new track for viewers. */
  open: () => ProgramRtp;
  /** Called when it becomes known whether pictures are reordered, and when that changes. */
  onReordering: (reorders: boolean) => void;
}>;

/**
 * Sends a program's pictures to viewers over WebRTC, as long as they arrive in the order in which
 * they are shown. Each key frame gets its parameter sets, which mediasoup and new viewers need.
 */
export class VideoOutput implements UnitOutput {
  readonly #options: Options;
  readonly #reader = new H264UnitReader();
  readonly #order = new PictureOrder();
  #rtp: ProgramRtp | null = null;
  #reorders: boolean | null = null;
  #anchor: ClockAnchor | null = null;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Whether pictures are reordered; null if it isn't known yet. */
  get reorders(): boolean | null {
    return this.#order.reorders;
  }

  push({ data, config, decodeTime, compositionOffset, arrivedMs }: MediaUnit): void {
    const content = this.#reader.push({ data, record: config });
    if (!content) return;
    const { keyFrame } = content;
    this.#order.push({ decodeMs: decodeTime, offsetMs: compositionOffset, keyFrame });
    this.#follow(this.#order.reorders !== false, keyFrame);
    const nals = nalUnitsOf(content.data, LENGTH_BYTES)?.filter(isSlice) ?? [];
    const sets = keyFrame ? (parseAvcRecord(content.config.record)?.sets ?? []) : [];
    const shownTime = decodeTime + compositionOffset;
    this.#rtp?.send(h264Payloads(nals, sets), { decodeTime, shownTime, arrivedMs });
  }

  setClock(anchor: ClockAnchor): void {
    this.#anchor = anchor;
    this.#rtp?.setClock(anchor);
  }

  close(): void {
    this.#rtp?.close();
    this.#rtp = null;
  }

  #follow(reorders: boolean, isKeyFrame: boolean): void {
    if (reorders !== this.#reorders) {
      this.#reorders = reorders;
      this.#options.onReordering(reorders);
    }
    if (reorders) this.close();
    else if (isKeyFrame && this.#rtp === null) {
      this.#rtp = this.#options.open();
      if (this.#anchor) this.#rtp.setClock(this.#anchor);
    }
  }
}

/** Delimiters and supplemental information are left out. */
const isSlice = ([head = 0]: Uint8Array): boolean => {
  const type = head & 0x1f;
  return type >= NAL.slice && type <= NAL.idrSlice;
};
