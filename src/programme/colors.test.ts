import { describe, expect, it } from 'vitest';
import { textColorOn } from './colors.js';
import { countdownText, initialsOf } from './countdown.js';

describe('textColorOn', () => {
  it('is readable on light, dark and medium colors', () => {
    expect(['#ffffff', '#ffe000', '#777777'].map(textColorOn)).toEqual(Array(3).fill('#000000'));
    expect(['#000000', '#1a2b3c', '#4f46e5'].map(textColorOn)).toEqual(Array(3).fill('#ffffff'));
  });
});

describe('countdownText', () => {
  it('rounds up to whole seconds, and stays at zero', () => {
    const texts = [3_661_000, 600_000, 59_001, 1, 0, -5_000].map(countdownText);
    expect(texts).toEqual(['1:01:01', '10:00', '1:00', '0:01', '0:00', '0:00']);
  });
});

describe('initialsOf', () => {
  it('takes the first and the last word, by whole characters', () => {
    expect(['Ann', 'ann marie lee', '🎸 Bob', '  '].map(initialsOf)).toEqual([
      'A',
      'AL',
      '🎸B',
      '',
    ]);
  });
});
