import type { Log } from '../common/logger.js';
import { VIDEO_ENCODERS, type VideoEncoder } from '../config/video-encoders.js';
import { runFfmpeg } from '../media/ffmpeg/run-ffmpeg.js';
import { deviceArgs, encodingArgs, memoryLimitOf } from './encoding-args.js';

/** Larger than the minimum frame size of any encoder. */
const TEST_STEP = { name: 'test', width: 320, height: 240, maxBitrateBps: 500_000 };
const GRAY = 128;
const TIMEOUT_MS = 15_000;
const OUTPUT_MAX = 1_048_576;

type Options = Readonly<{
  /** The path of FFmpeg. */
  program: string;
  /** The only encoder to try; null for all. */
  forced: VideoEncoder | null;
  log: Log;
}>;

/**
 * Returns the first encoder that actually encodes a test frame; null if none does. An encoder may
 * be compiled into FFmpeg although the machine lacks the hardware, or the process can't access it.
 */
export async function findEncoder({ program, forced, log }: Options): Promise<VideoEncoder | null> {
  for (const encoder of forced === null ? VIDEO_ENCODERS : [forced]) {
    try {
      await encodeTestPicture(program, encoder);
      log.info({ encoder }, `FFmpeg (${program}) transcodes H.264`);
      return encoder;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const level = forced === null && encoder !== 'libx264' ? 'debug' : 'warn';
      log[level]({ encoder, reason }, 'FFmpeg can’t encode with this encoder');
    }
  }
  return null;
}

async function encodeTestPicture(program: string, encoder: VideoEncoder): Promise<void> {
  const { width, height } = TEST_STEP;
  const size = `${width}x${height}`;
  const output = await runFfmpeg({
    program,
    inputArgs: [
      deviceArgs(encoder),
      ['-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-video_size', size, '-i', 'pipe:0'],
    ].flat(),
    outputArgs: [
      encodingArgs(encoder, TEST_STEP, 'webrtc'),
      ['-frames:v', '1', '-f', 'h264', 'pipe:1'],
    ].flat(),
    input: [new Uint8Array((width * height * 3) / 2).fill(GRAY)],
    timeoutMs: TIMEOUT_MS,
    outputMax: OUTPUT_MAX,
    memoryMiB: memoryLimitOf(encoder),
  });
  if (output.length === 0) throw new Error('FFmpeg returned no picture');
}
