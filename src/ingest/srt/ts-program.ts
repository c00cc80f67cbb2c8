import { sampleOf } from '../../media/codecs/avc-record.js';
import { NAL, slicePpsId } from '../../media/codecs/h264-nal.js';
import { H264ParameterSets } from '../../media/codecs/h264-parameter-sets.js';
import { TsDemuxer, type TsUnit } from '../../media/mpegts/ts-demuxer.js';
import type { ProgramIngest } from '../program-ingest.js';
import { UnusableMedia } from '../unusable-media.js';

const TICKS_PER_MS = 90;
/**
 * The maximum number of skipped bytes; more than an encoder would send by mistake between packets.
 */
const SKIPPED_MAX = 262_144;

type Picture = Extract<TsUnit, { type: 'picture' }>;

/** Passes a publisher's transport stream to its broadcast. */
export class TsProgram {
  readonly #ingest: Pick<ProgramIngest, 'video' | 'audio'>;
  readonly #demuxer = new TsDemuxer();
  readonly #sets = new H264ParameterSets();
  #record: Uint8Array | null = null;
  #audioConfig: Uint8Array | null = null;
  /**
   * Whether pictures are dropped until a key frame, because a picture on which they depend is
   * missing.
   */
  #needsKeyFrame = true;

  constructor(ingest: Pick<ProgramIngest, 'video' | 'audio'>) {
    this.#ingest = ingest;
  }

  /**
   * Adds received bytes, and returns the number of pictures and frames in them.
   * @throws {UnusableMedia}
   */
  push(bytes: Uint8Array): number {
    const units = this.#demuxer.push(bytes);
    for (const unit of units) this.#take(unit);
    if (this.#demuxer.skippedBytes > SKIPPED_MAX) throw UnusableMedia.notTransportStream();
    return units.length;
  }

  #take(unit: TsUnit): void {
    switch (unit.type) {
      case 'picture':
        return this.#addPicture(unit);
      case 'frame':
        return this.#addFrame(unit);
      case 'unsupported':
        if (unit.kind === 'video') throw UnusableMedia.video(unit.codec);
        throw UnusableMedia.audio(unit.codec);
      default:
        unit satisfies never;
    }
  }

  /**
   * Adds a picture. After a lost picture, drops everything until the next key frame, because the
   * pictures that depend on it would look broken and SRT can't request a key frame.
   */
  #addPicture({ nals, dts, pts, afterLoss }: Picture): void {
    const timeMs = Math.round(dts / TICKS_PER_MS);
    const idr = nals.find((nal) => typeOf(nal) === NAL.idrSlice);
    for (const nal of nals) this.#sets.put(nal);
    if (idr) this.#configure(idr, timeMs);
    this.#needsKeyFrame = !idr && (this.#needsKeyFrame || afterLoss);
    if (this.#needsKeyFrame || this.#record === null) return;
    const compositionMs = Math.round(pts / TICKS_PER_MS) - timeMs;
    const keyFrame = idr !== undefined;
    const data = sampleOf(nals);
    this.#ingest.video({ type: 'picture', keyFrame, compositionMs, data }, timeMs);
  }

  #configure(idr: Uint8Array, timeMs: number): void {
    const { record = null } = this.#sets.configFor(slicePpsId(idr) ?? -1) ?? {};
    if (record === null || record === this.#record) return;
    this.#record = record;
    this.#ingest.video({ type: 'config', record }, timeMs);
  }

  #addFrame({ data, config, pts }: Extract<TsUnit, { type: 'frame' }>): void {
    const timeMs = Math.round(pts / TICKS_PER_MS);
    if (config !== this.#audioConfig) {
      this.#audioConfig = config;
      this.#ingest.audio({ type: 'config', record: config }, timeMs);
    }
    this.#ingest.audio({ type: 'frame', data }, timeMs);
  }
}

const typeOf = ([head = 0]: Uint8Array): number => head & 0x1f;
