import type { ClockAnchor, MediaUnit } from '../../broadcast/ports/unit-track.js';
import type { Log } from '../../common/logger.js';
import { nalUnitsOf, parseAvcRecord } from '../../media/codecs/avc-record.js';
import type { VideoConfig } from '../../media/codecs/codec-config.js';
import { NAL } from '../../media/codecs/h264-nal.js';
import { H264UnitReader } from '../../media/codecs/h264-unit-reader.js';
import { h264Payloads } from '../../media/rtp/h264-payloads.js';
import type { BroadcastTranscoding } from '../../transcode/transcode.service.js';
import { OrderedPictures } from './ordered-pictures.js';
import { PictureOrder } from './picture-order.js';
import type { ProgramRtp } from './program-rtp.js';
import type { UnitOutput } from './program-track.js';

const LENGTH_BYTES = 4;

/**
 * How viewers receive the video: not at all, unchanged, or transcoded because its frames arrive in
 * a different order from the one in which they are shown.
 */
export type VideoWay = 'none' | 'direct' | 'transcoded';

type Options = Readonly<{
  /** Opens a new track for viewers. */
  open: () => ProgramRtp;
  /** Called once it is known how viewers receive the video, and whenever that changes. */
  onWay: (way: VideoWay) => void;
  transcoding: BroadcastTranscoding;
  /** The time on the server's clock. */
  nowMs: () => number;
  log: Log;
}>;

type Content = Readonly<{ keyFrame: boolean; data: Uint8Array; config: VideoConfig }>;

/**
 * Sends a publisher's frames to WebRTC viewers in the order in which they are shown. Each key frame
 * gets its parameter sets, which mediasoup and new viewers need.
 */
export class VideoOutput implements UnitOutput {
  readonly #options: Options;
  readonly #reader = new H264UnitReader();
  readonly #order = new PictureOrder();
  readonly #ordered: OrderedPictures;
  #rtp: ProgramRtp | null = null;
  #way: VideoWay | null = null;
  #anchor: ClockAnchor | null = null;

  constructor(options: Options) {
    this.#options = options;
    this.#ordered = new OrderedPictures({
      ...options,
      onPicture: (picture, shownMs) => this.#send(picture, shownMs, options.nowMs()),
      onReady: (isReady) => this.#follow(isReady ? 'transcoded' : 'none'),
    });
  }

  /** Whether frames are reordered; null if that isn't known yet. */
  get reorders(): boolean | null {
    return this.#order.reorders;
  }

  push({ data, config, decodeTime: decodeMs, compositionOffset, arrivedMs }: MediaUnit): void {
    const content = this.#reader.push({ data, record: config });
    if (!content) return;
    const { keyFrame } = content;
    this.#order.push({ decodeMs, offsetMs: compositionOffset, keyFrame });
    const shownMs = decodeMs + compositionOffset;
    if (this.reorders === true) {
      if (this.#way !== 'transcoded') this.#follow('none');
      return this.#ordered.push({ ...content, decodeMs, shownMs });
    }
    this.#ordered.close();
    this.#follow(this.reorders === null ? 'none' : 'direct');
    if (this.#way === 'direct' && (keyFrame || this.#rtp))
      this.#send(content, shownMs, arrivedMs, decodeMs);
  }

  setClock(anchor: ClockAnchor): void {
    this.#anchor = anchor;
    this.#rtp?.setClock(anchor);
  }

  close(): void {
    this.#ordered.close();
    this.#closeRtp();
  }

  #send(
    { keyFrame, data, config }: Content,
    shownMs: number,
    arrivedMs: number,
    decodeMs = shownMs,
  ) {
    const nals = nalUnitsOf(data, LENGTH_BYTES)?.filter(isSlice) ?? [];
    const sets = keyFrame ? (parseAvcRecord(config.record)?.sets ?? []) : [];
    this.#rtp ??= this.#openRtp();
    const times = { decodeTime: decodeMs, shownTime: shownMs, arrivedMs };
    this.#rtp.send(h264Payloads(nals, sets), times);
  }

  #openRtp(): ProgramRtp {
    const rtp = this.#options.open();
    if (this.#anchor) rtp.setClock(this.#anchor);
    return rtp;
  }

  #closeRtp(): void {
    this.#rtp?.close();
    this.#rtp = null;
  }

  #follow(way: VideoWay): void {
    if (way === this.#way) return;
    this.#way = way;
    this.#closeRtp();
    this.#options.onWay(way);
  }
}

/** Whether a NAL unit is a slice. Delimiters and supplemental information aren't sent. */
const isSlice = ([head = 0]: Uint8Array): boolean => {
  const type = head & 0x1f;
  return type >= NAL.slice && type <= NAL.idrSlice;
};
