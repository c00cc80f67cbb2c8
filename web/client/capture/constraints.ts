import type { CaptureSettings, Facing, FrameRate, Resolution } from './capture-settings.js';

/** A camera by its id, or, on a phone, by the side it looks to. */
export interface CameraChoice {
  readonly deviceId: string | null;
  readonly facing: Facing;
}

/** Pixels at 16:9, both even, as video encoders want them. */
export function pictureSize(resolution: Resolution): { width: number; height: number } {
  return { width: Math.round((resolution * 16) / 9 / 2) * 2, height: resolution };
}

/**
 * What to ask of the camera. Sizes and rates are wishes, so that a camera which lacks them gives its
 * nearest instead of failing; only a chosen device is a demand.
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

/** What to ask of the microphone; Opus is 48 kHz inside, so nothing is resampled twice. */
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
 * What to ask of a screen: its own size up to 1080p, whatever the camera's resolution, since text
 * has to stay readable; its sound as it is, for it is no voice.
 */
export function screenOptions(frameRate: FrameRate): DisplayMediaStreamOptions {
  return {
    video: { width: { max: 1920 }, height: { max: 1080 }, frameRate: { max: frameRate } },
    audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
  };
}

/** Whether a track's sound already is as the settings want it, as far as the browser tells. */
export function soundMatches(actual: MediaTrackSettings, settings: CaptureSettings): boolean {
  return (
    (actual.echoCancellation ?? settings.echoCancellation) === settings.echoCancellation &&
    (actual.noiseSuppression ?? settings.noiseSuppression) === settings.noiseSuppression &&
    (actual.autoGainControl ?? settings.autoGainControl) === settings.autoGainControl
  );
}
