import { afterAll, describe, expect, it } from 'vitest';
import { createLog } from '../../src/common/logger.js';
import { AacRendition } from '../../src/hls/aac/aac-rendition.js';
import { AacThread } from '../../src/media/aac/aac-thread.js';
import type { RenditionWriter } from '../../src/hls/timeline/rendition-writer.js';
import { ffmpeg, ffmpegBin } from '../support/ffmpeg.js';
import { readOpus } from '../support/ogg-opus.js';

const log = createLog({ level: 'silent', format: 'text' });
const SAMPLE_RATE = 48_000;
const PACKET_TICKS = 960;
const SEGMENT_PACKETS = 100;
/** The delay of the fixture's packets: the pre-skip in its header. */
const PRE_SKIP = 120;
/** Beeps have an amplitude of 0.7. */
const THRESHOLD = 0.2;

/** Returns where beeps begin, in seconds from the first sample; they are about a second apart. */
function onsets(pcm: Buffer): number[] {
  const samples = new Float32Array(pcm.buffer, pcm.byteOffset, Math.floor(pcm.length / 4));
  const found: number[] = [];
  for (const [index, value] of samples.entries()) {
    const atS = index / SAMPLE_RATE;
    if (Math.abs(value) > THRESHOLD && atS - (found.at(-1) ?? -1) > 0.5) found.push(atS);
  }
  return found;
}

describe.skipIf(ffmpegBin === '')('the AAC rendition', () => {
  const thread = new AacThread(log);
  afterAll(() => thread.close());

  /** Returns all bytes of a rendition whose packets begin at `fromTicks`. */
  async function encode({ fromTicks, from = 0 }: { fromTicks: number; from?: number }) {
    const opus = (await readOpus('test/fixtures/sound/beeps.opus')).slice(from, 600);
    const chunks: Uint8Array[] = [];
    const ended = Promise.withResolvers<void>();
    const writer: RenditionWriter = {
      setInit: ({ bytes }) => void chunks.push(bytes),
      startSegment: () => {},
      addPart: ({ bytes }) => void chunks.push(bytes),
      endSegment: () => {},
      addGap: () => ended.reject(new Error('a gap')),
      end: () => ended.resolve(),
    };
    const rendition = new AacRendition({ writer, encoder: thread, partTargetS: 0.33334, log });
    rendition.want();
    for (let at = 0, msn = 0; at < opus.length; at += SEGMENT_PACKETS, msn += 1) {
      const baseTicks = fromTicks + at * PACKET_TICKS;
      rendition.startSegment({ msn, wallMs: 0, discontinuity: false }, baseTicks);
      rendition.addPart(baseTicks, opus.slice(at, at + SEGMENT_PACKETS));
      rendition.endSegment();
    }
    rendition.end();
    await ended.promise;
    return Buffer.concat(chunks);
  }

  it.each([0, 1_234_567])(
    'plays sounds when its Opus source does, from tick %i on',
    async (fromTicks) => {
      const mp4 = await encode({ fromTicks });
      // Without -copyts, FFmpeg counts from the first frame, which has the first packet's time.
      const pcm = await ffmpeg(['-i', 'pipe:0', '-ac', '1', '-f', 'f32le', 'pipe:1'], mp4);
      const beeps = onsets(pcm);
      expect(beeps).toHaveLength(12);
      // The very first frame fades in, because half of it is computed from samples that don't
      // exist.
      const offsetsS = beeps.map((atS, second) => atS - second - PRE_SKIP / SAMPLE_RATE).slice(1);
      expect(Math.max(...offsetsS.map(Math.abs))).toBeLessThan(0.002);
    },
  );

  it('has 48 kHz, two channels and at most 128 kb/s', async () => {
    const mp4 = await encode({ fromTicks: 0 });
    expect((mp4.length * 8) / 12).toBeLessThan(140_000);
    const pcm = await ffmpeg(['-i', 'pipe:0', '-f', 'f32le', 'pipe:1'], mp4);
    // The sound consists of whole frames, and is as close to 12 seconds as possible.
    expect(Math.abs(pcm.length / 8 - 12 * SAMPLE_RATE)).toBeLessThanOrEqual(512);
  });
});
