import type { CaptureSettings, Facing, FrameRate, Resolution } from './capture-settings.js';

/** Selects a camera by id or, on a phone, by the direction it faces. */
export interface CameraChoice {
  readonly deviceId: string | null;
  readonly facing: Facing;
}

/** Returns the width and height in pixels at 16:9. Both are even, as video encoders require. */
export function pictureSize(resolution: Resolution): { width: number; height: number } {
  return { width: Math.round((resolution * 16) / 9 / 2) * 2, height: resolution };
}

/**
 * Returns the constraints for the camera. Sizes and rates are preferences, so that a camera that
 * doesn't support them uses its nearest mode instead of failing. Only an explicitly chosen device
 * is required.
 */
export function cameraConstraints(
  settings: CaptureSettings,
  { deviceId, facing }: CameraChoice,
): MediaTrackConstraints {
  const { width, height } = pictureSize(settings.resolution);
  return {
    ...(deviceId === null ? { facingMode: { ideal: facing } } : { deviceId: { exact: deviceId } }),
    width: { ideal: width },
    height: { ideal: height },
    aspectRatio: { ideal: 16 / 9 },
    frameRate: { ideal: settings.frameRate, max: settings.frameRate },
  };
}

/**
 * Returns the constraints for the microphone. The sample rate is 48 kHz, which Opus uses
 * internally, so that audio isn't resampled twice.
 */
export function microphoneConstraints(
  settings: CaptureSettings,
  deviceId: string | null,
): MediaTrackConstraints {
  return {
    ...(deviceId === null ? {} : { deviceId: { exact: deviceId } }),
    echoCancellation: { ideal: settings.echoCancellation },
    noiseSuppression: { ideal: settings.noiseSuppression },
    autoGainControl: { ideal: settings.autoGainControl },
    sampleRate: { ideal: 48_000 },
  };
}

/**
 * Returns the constraints for a screen. Its size is limited to 1080p, but doesn't depend on the
 * camera's resolution, because text must remain readable. Its audio is not processed, because it
 * usually isn't speech.
 */
export function screenOptions(frameRate: FrameRate): DisplayMediaStreamOptions {
  return {
    video: { width: { max: 1920 }, height: { max: 1080 }, frameRate: { max: frameRate } },
    audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
  };
}

/**
 * Returns whether a track's audio processing already matches the settings, as far as the browser
 * reports it.
 */
export function soundMatches(actual: MediaTrackSettings, settings: CaptureSettings): boolean {
  return (
    (actual.echoCancellation ?? settings.echoCancellation) === settings.echoCancellation &&
    (actual.noiseSuppression ?? settings.noiseSuppression) === settings.noiseSuppression &&
    (actual.autoGainControl ?? settings.autoGainControl) === settings.autoGainControl
  );
}
