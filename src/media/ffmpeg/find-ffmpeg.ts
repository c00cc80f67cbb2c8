import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Log } from '../../common/logger.js';
import { childEnvironment } from '../../config/child-environment.js';

const CHECK_TIMEOUT_MS = 10_000;
/**
 * The encoders needed for transcoding VP8 to H.264 and for thumbnails. The FFmpeg packages of all
 * common distributions include both.
 */
const ENCODERS = ['libx264', 'mjpeg'];
const OPUS_ENCODER = 'libopus';

/**
 * Checks whether FFmpeg is installed with the required encoders. Logs what it is used for, or what
 * is unavailable without it.
 * @param bin the program to use; null for `ffmpeg` in PATH
 * @returns the command to run; null if not found, even if `bin` is set
 */
export async function findFfmpeg(bin: string | null, log: Log): Promise<string | null> {
  const program = bin ?? 'ffmpeg';
  const without =
    'broadcasts in VP8 are available over WebRTC only, and publishers’ browsers send the thumbnails';
  const missing = await missingEncoders(program, ENCODERS);
  if (missing === null) {
    log.info(`FFmpeg not found (${program}): ${without}`);
    return null;
  }
  if (missing.length > 0) {
    log.warn(`FFmpeg (${program}) lacks ${missing.join(' and ')}: ${without}`);
    return null;
  }
  log.info(`FFmpeg (${program}) makes thumbnails and transcodes VP8 to H.264`);
  return program;
}

/**
 * Checks whether FFmpeg is installed with an Opus encoder. If not, logs a warning about what is
 * unavailable.
 * @param bin the program to use; null for `ffmpeg` in PATH
 * @returns the command to run; null if not found
 */
export async function findOpusTranscoder(bin: string | null, log: Log): Promise<string | null> {
  const program = bin ?? 'ffmpeg';
  const missing = await missingEncoders(program, [OPUS_ENCODER]);
  if (missing?.length === 0) return program;
  const reason = missing === null ? 'not found' : `lacks ${OPUS_ENCODER}`;
  log.warn(`FFmpeg (${program}) ${reason}: broadcasts over RTMP and SRT have no sound over WebRTC`);
  return null;
}

/** Null if the program cannot be run. */
async function missingEncoders(
  program: string,
  encoders: readonly string[],
): Promise<string[] | null> {
  try {
    const { stdout } = await promisify(execFile)(program, ['-hide_banner', '-encoders'], {
      timeout: CHECK_TIMEOUT_MS,
      maxBuffer: 1_048_576,
      env: childEnvironment(),
    });
    return encoders.filter((name) => !new RegExp(`^ [AV]\\S+ ${name} `, 'm').test(stdout));
  } catch {
    // Not installed, not executable, or not FFmpeg.
    return null;
  }
}
