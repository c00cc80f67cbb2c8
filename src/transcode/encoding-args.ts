import type { VideoEncoder } from '../config/video-encoders.js';
import { assertNever } from '../protocol/assert-never.js';
import type { LadderStep } from './ladder-steps.js';

/**
 * `hls`: key frames are those of the source. `webrtc`: key frames are at most two seconds apart,
 * because viewers can start only at a key frame, and the profile is the one that every receiver
 * must support.
 */
export type EncodingPurpose = 'hls' | 'webrtc';

const KEY_FRAMES: Readonly<Record<EncodingPurpose, string>> = {
  hls: 'source',
  webrtc: 'expr:isnan(prev_forced_t)+gte(t,prev_forced_t+2)',
};

/** The target bit rate of hardware encoders, as a share of the maximum; x264 targets a quality. */
const AVERAGE_SHARE = 0.75;
const FULL_HD = 1920 * 1088;

/** Returns the options that precede the input. */
export function deviceArgs(encoder: VideoEncoder): string[] {
  // FFmpeg picks the first device.
  return encoder === 'h264_vaapi' ? ['-init_hw_device', 'vaapi=va', '-filter_hw_device', 'va'] : [];
}

/**
 * The address space that FFmpeg may use, in MiB; null for no limit, because graphics drivers
 * reserve more address space than machines have memory.
 */
export const memoryLimitOf = (encoder: VideoEncoder): number | null =>
  encoder === 'libx264' ? 8_192 : null;

/**
 * Returns the options of one output: its size, and an encoder that returns each frame at once.
 * Times are in milliseconds.
 */
export function encodingArgs(
  encoder: VideoEncoder,
  step: LadderStep,
  purpose: EncodingPurpose,
): string[] {
  const profile = purpose === 'webrtc' ? 'baseline' : 'main';
  return [
    ['-an', '-vf', filterOf(encoder, step), '-enc_time_base', '1:1000', '-c:v', encoder],
    optionsOf(encoder, step, profile),
    ['-bf', '0', '-g', '100000', '-force_key_frames', KEY_FRAMES[purpose]],
  ].flat();
}

function filterOf(encoder: VideoEncoder, { width, height }: LadderStep): string {
  const scale = `scale=${width}:${height}`;
  return encoder === 'h264_vaapi'
    ? `${scale},format=nv12,hwupload`
    : `${scale},format=${encoder === 'h264_nvenc' ? 'nv12' : 'yuv420p'}`;
}

function optionsOf(
  encoder: VideoEncoder,
  step: LadderStep,
  profile: 'main' | 'baseline',
): string[] {
  const most = String(step.maxBitrateBps);
  const bounds = ['-maxrate', most, '-bufsize', most];
  const average = ['-b:v', String(Math.round(step.maxBitrateBps * AVERAGE_SHARE))];
  switch (encoder) {
    case 'libx264':
      // One thread is used, because several would not be faster in total, and other processes need
      // CPU time, too. The level is explicit, because x264 mistakes 1,000 ticks per second for the
      // frame rate.
      return [
        ['-preset', 'veryfast', '-tune', 'zerolatency', '-threads', '1', '-sc_threshold', '0'],
        ['-profile:v', profile, '-level:v', levelOf(step), '-crf', '23', ...bounds],
      ].flat();
    case 'h264_nvenc':
      return [
        ['-preset', 'p4', '-tune', 'll', '-profile:v', profile, '-rc', 'vbr', ...average],
        [...bounds, '-forced-idr', '1', '-delay', '0', '-zerolatency', '1'],
      ].flat();
    case 'h264_vaapi':
      return [
        ['-profile:v', profile === 'baseline' ? 'constrained_baseline' : profile],
        ['-rc_mode', 'VBR', ...average, ...bounds, '-async_depth', '1'],
      ].flat();
    default:
      return assertNever(encoder);
  }
}

const levelOf = ({ width, height }: LadderStep): string =>
  width * height <= FULL_HD ? '4.2' : '5.2';
