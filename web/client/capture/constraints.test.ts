import { describe, expect, it } from 'vitest';
import { DEFAULT_CHOICES, FRAME_RATES, RESOLUTIONS } from './capture-settings.js';
import {
  cameraConstraints,
  microphoneConstraints,
  pictureSize,
  screenOptions,
  soundMatches,
} from './constraints.js';

const { settings } = DEFAULT_CHOICES;

describe('pictureSize', () => {
  it('returns even sides at 16:9 for every resolution', () => {
    expect(RESOLUTIONS.map((resolution) => pictureSize(resolution))).toEqual([
      { width: 640, height: 360 },
      { width: 960, height: 540 },
      { width: 1280, height: 720 },
      { width: 1920, height: 1080 },
    ]);
  });
});

describe('cameraConstraints', () => {
  it('requires a chosen camera and prefers the rest', () => {
    expect(cameraConstraints(settings, { deviceId: 'front', facing: 'user' })).toEqual({
      deviceId: { exact: 'front' },
      width: { ideal: 1280 },
      height: { ideal: 720 },
      aspectRatio: { ideal: 16 / 9 },
      frameRate: { ideal: 30, max: 30 },
    });
  });

  it('prefers the facing side of the phone when no camera is chosen', () => {
    const constraints = cameraConstraints(settings, { deviceId: null, facing: 'environment' });
    expect(constraints.facingMode).toEqual({ ideal: 'environment' });
    expect(constraints.deviceId).toBeUndefined();
  });
});

describe('microphoneConstraints', () => {
  it('applies the three processing settings and leaves the default device to the browser', () => {
    expect(microphoneConstraints({ ...settings, noiseSuppression: false }, null)).toEqual({
      echoCancellation: { ideal: true },
      noiseSuppression: { ideal: false },
      autoGainControl: { ideal: true },
      sampleRate: { ideal: 48_000 },
    });
  });
});

describe('screenOptions', () => {
  it('limits the frame rate and leaves audio unprocessed', () => {
    for (const frameRate of FRAME_RATES) {
      const { video, audio } = screenOptions(frameRate);
      expect(video).toMatchObject({ frameRate: { max: frameRate }, height: { max: 1080 } });
      expect(audio).toMatchObject({ echoCancellation: false });
    }
  });
});

describe('soundMatches', () => {
  it('detects a processing setting that the browser did not apply', () => {
    expect(soundMatches({ echoCancellation: true, noiseSuppression: false }, settings)).toBe(false);
  });

  it('assumes a match if the browser does not report settings', () => {
    expect(soundMatches({}, settings)).toBe(true);
  });
});
