import type { CaptureSettings, Facing, FrameRate, Resolution } from './capture-settings.js';

/** Selects a camera by id or, on a phone, by facing side. */
export interface CameraChoice {
  readonly deviceId: string | null;
  readonly facing: Facing;
}

/** Width and height in pixels at 16:9, both even, as video encoders require. */
export function pictureSize(resolution: Resolution): { width: number; height: number } {
  return { width: Math.round((resolution * 16) / 9 / 2) * 2, height: resolution };
}

/**
 * Constraints for the camera. Sizes and rates are preferences, so a camera that lacks them delivers
 * its nearest mode instead of failing; only an explicitly chosen device is required.
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
 * Constraints for the microphone. Opus runs at 48 kHz internally, so audio is not resampled twice.
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
 * Constraints for a screen: its own size up to 1080p regardless of the camera's resolution, since
 * text must stay readable, and unprocessed audio, since it is not a voice.
 */
export function screenOptions(frameRate: FrameRate): DisplayMediaStreamOptions {
  return {
    video: { width: { max: 1920 }, height: { max: 1080 }, frameRate: { max: frameRate } },
    audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
  };
}

/**
 * Whether a track's audio processing already matches the settings, as far as the browser reports
 * it.
 */
export function soundMatches(actual: MediaTrackSettings, settings: CaptureSettings): boolean {
  return (
    (actual.echoCancellation ?? settings.echoCancellation) === settings.echoCancellation &&
    (actual.noiseSuppression ?? settings.noiseSuppression) === settings.noiseSuppression &&
    (actual.autoGainControl ?? settings.autoGainControl) === settings.autoGainControl
  );
}
