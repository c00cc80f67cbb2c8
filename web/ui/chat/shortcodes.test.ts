import { describe, expect, it } from 'vitest';
import { withEmoji } from './shortcodes.js';

describe('withEmoji', () => {
  it.each([
    [':wave:', '👋'],
    ['hi :wave: all', 'hi 👋 all'],
    ['hi :WAVE:!', 'hi 👋!'],
    [':tada::rocket:', '🎉🚀'],
    ['(:fire:)', '(🔥)'],
    ['first\n:100: nothing', 'first\n:100: nothing'],
    [':thumbsup: :+1: :-1:', '👍 👍 👎'],
    [':technologist:', '🧑‍💻'],
  ])('converts %j to %j', (typed, shown) => {
    expect(withEmoji(typed)).toBe(shown);
  });

  it.each([
    'no names: none',
    'at 12:30:45',
    ':no_such_emoji:',
    'a:wave:b',
    'https://a.example/:wave:/x',
    'https://a.example:fire:',
    ':D :p',
    '::wave',
  ])('leaves %j unchanged', (text) => {
    expect(withEmoji(text)).toBe(text);
  });
});
