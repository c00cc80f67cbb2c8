import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Log } from '../../common/logger.js';
import { childEnvironment } from '../../config/child-environment.js';

const CHECK_TIMEOUT_MS = 10_000;
/** Required for VP8 to H.264, and for thumbnails; every distribution's FFmpeg supports both. */
const ENCODERS = ['libx264', 'mjpeg'];

/**
 * Looks once for an FFmpeg with the required features, and logs what it is used for.
 *
 * @param bin the program to use; null: `ffmpeg` in PATH
 * @returns the command to run; null if there is none. A missing `bin` counts as none.
 */
export async function findFfmpeg(bin: string | null, log: Log): Promise<string | null> {
  const program = bin ?? 'ffmpeg';
  const without = 'VP8 has WebRTC only, thumbnails come from the publishers’ browsers';
  const missing = await missingEncoders(program);
  if (missing === null) {
    log.info(`no FFmpeg (${program}): ${without}`);
    return null;
  }
  if (missing.length > 0) {
    log.warn(`this FFmpeg (${program}) lacks ${missing.join(' and ')}: ${without}`);
    return null;
  }
  log.info(`FFmpeg (${program}) makes thumbnails, and H.264 of VP8`);
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
