import { describe, expect, it } from 'vitest';
import { stageEncodings } from './stage-encodings.js';

const hd = { width: 1280, height: 720, framesPerSecond: 30 };

describe('what participants of a stage send', () => {
  it('sends a guest’s camera in layers', () => {
    expect(stageEncodings('camera', 'guest', hd).map((one) => one.scaleResolutionDownBy)).toEqual([
      4, 2, 1,
    ]);
  });

  it('sends the host’s camera in one small layer', () => {
    const [only, ...others] = stageEncodings('camera', 'host', hd);
    expect(others).toEqual([]);
    expect(only).toMatchObject({ rid: 'r0', scaleResolutionDownBy: 2 });
    expect(only?.maxBitrate).toBe(stageEncodings('camera', 'guest', hd)[1]?.maxBitrate);
  });

  it('never enlarges the host’s camera if it is small', () => {
    const small = { width: 320, height: 180, framesPerSecond: 30 };
    expect(stageEncodings('camera', 'host', small)).toMatchObject([{ scaleResolutionDownBy: 1 }]);
  });

  it('sends a screen in one layer, at full size', () => {
    const screen = { width: 1920, height: 1080, framesPerSecond: 30 };
    for (const role of ['host', 'guest'] as const)
      expect(stageEncodings('screen', role, screen)).toMatchObject([{ scaleResolutionDownBy: 1 }]);
  });
});
