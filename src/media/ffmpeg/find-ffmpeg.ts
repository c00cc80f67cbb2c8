import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Log } from '../../common/logger.js';
import { childEnvironment } from '../../config/child-environment.js';

const CHECK_TIMEOUT_MS = 10_000;
/**
 * The encoders needed for transcoding VP8 to H.264 and for thumbnails. The FFmpeg package of every
 * common distribution includes both.
 */
const ENCODERS = ['libx264', 'mjpeg'];

/**
 * Checks whether FFmpeg is installed with the required encoders, and logs what it is used for or
 * what is unavailable without it.
 * @param bin the program to use; null for `ffmpeg` in PATH
 * @returns the command to run; null if not found, even if `bin` is set
 */
export async function findFfmpeg(bin: string | null, log: Log): Promise<string | null> {
  const program = bin ?? 'ffmpeg';
  const without =
    'VP8 is available over WebRTC only, and thumbnails come from publishers’ browsers';
  const missing = await missingEncoders(program);
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

/** Null if the program cannot be run. */
async function missingEncoders(program: string): Promise<string[] | null> {
  try {
    const { stdout } = await promisify(execFile)(program, ['-hide_banner', '-encoders'], {
      timeout: CHECK_TIMEOUT_MS,
      maxBuffer: 1_048_576,
      env: childEnvironment(),
    });
    return ENCODERS.filter((name) => !new RegExp(`^ V\\S+ ${name} `, 'm').test(stdout));
  } catch {
    // Not installed, not executable, or not an FFmpeg.
    return null;
  }
}
