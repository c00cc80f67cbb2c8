import { SerialQueue } from '../../common/serial-queue.js';
import { runFfmpeg } from '../../media/ffmpeg/run-ffmpeg.js';
import { fragment } from '../../media/mp4/fragment.js';
import { initSegment } from '../../media/mp4/init-segment.js';
import type { AccessUnit } from '../../media/codecs/access-unit.js';
import { jpegSize } from './jpeg.js';

export const THUMBNAIL_WIDTH_MAX = 640;
/** The maximum size of a thumbnail that this class creates, in bytes. */
const BYTES_MAX = 60_000;
/**
 * Values on FFmpeg's quality scale, where 2 is best. If the image is too large, the next value is
 * tried.
 */
const QUALITIES = [5, 12, 31];
/**
 * The limit for FFmpeg's run time and for its CPU time. Decoding a key frame takes a tenth of a
 * second.
 */
const TIMEOUT_MS = 20_000;
/** The maximum number of waiting broadcasts; further broadcasts retry ten seconds later. */
const QUEUE_MAX = 100;
const TICKS = 3_000;

/** Converts key frames to JPEG with FFmpeg, one at a time for all broadcasts together. */
export class Thumbnailer {
  readonly #program: string;
  readonly #queue = new SerialQueue(QUEUE_MAX);

  /** @param program the path to FFmpeg */
  constructor(program: string) {
    this.#program = program;
  }

  /**
   * Converts a key frame to a JPEG at most 640 pixels wide. Rejects if FFmpeg fails, or the queue
   * is full.
   */
  decode(unit: AccessUnit): Promise<Uint8Array> {
    return this.#queue.run(async () => {
      for (const quality of QUALITIES) {
        const jpeg = await this.#decode(unit, quality);
        if (jpegSize(jpeg, { bytes: BYTES_MAX, side: 2 * THUMBNAIL_WIDTH_MAX })) return jpeg;
      }
      throw new Error('the thumbnail can’t be made small enough');
    });
  }

  #decode({ config, data }: AccessUnit, quality: number): Promise<Uint8Array> {
    const samples = [{ data, durationTicks: TICKS, keyFrame: true }];
    const scale = `scale='min(${THUMBNAIL_WIDTH_MAX},iw)':'min(${2 * THUMBNAIL_WIDTH_MAX},ih)':force_original_aspect_ratio=decrease`;
    return runFfmpeg({
      program: this.#program,
      inputArgs: ['-threads', '1', '-f', 'mp4', '-i', 'pipe:0'],
      outputArgs: [
        ['-frames:v', '1', '-vf', `${scale},format=yuvj420p`],
        ['-q:v', String(quality), '-f', 'mjpeg', 'pipe:1'],
      ].flat(),
      input: [initSegment(config), fragment({ sequence: 1, baseTicks: 0, samples })],
      timeoutMs: TIMEOUT_MS,
      outputMax: 4 * 1_048_576,
    });
  }
}
