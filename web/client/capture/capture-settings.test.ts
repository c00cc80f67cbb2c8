import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_CHOICES, readChoices, writeChoices } from './capture-settings.js';

describe('stored choices', () => {
  it('are the defaults on a first visit', () => {
    expect(readChoices(null)).toEqual(DEFAULT_CHOICES);
  });

  it('are read back as written', () => {
    const choices = {
      ...DEFAULT_CHOICES,
      cameraId: 'abc',
      facing: 'environment',
      corner: 'top-left',
      settings: { ...DEFAULT_CHOICES.settings, resolution: 1080, noiseSuppression: false },
    } as const;
    expect(readChoices(writeChoices(choices))).toEqual(choices);
  });

  it('keep valid fields when others are invalid', () => {
    const text = '{"cameraId":7,"corner":"middle","settings":{"resolution":720.5,"frameRate":60}}';
    expect(readChoices(text)).toEqual({
      ...DEFAULT_CHOICES,
      settings: { ...DEFAULT_CHOICES.settings, frameRate: 60 },
    });
  });

  it('are always among the offered values, whatever was stored', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const { settings, corner } = readChoices(text);
        expect([360, 540, 720, 1080]).toContain(settings.resolution);
        expect([15, 24, 30, 60]).toContain(settings.frameRate);
        expect(corner).toMatch(/^(top|bottom)-(left|right)$/);
      }),
    );
  });
});
