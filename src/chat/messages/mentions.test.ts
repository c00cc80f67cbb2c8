import { describe, expect, it } from 'vitest';
import { mentionKey, mentionsOf } from './mentions.js';

describe('mentionsOf', () => {
  it.each([
    ['@milo hi', ['milo']],
    ['hi @Milo, @mona. And @MILO!', ['milo', 'mona']],
    ['(@zoë_b) "@x-y"', ['zoë_b', 'x-y']],
    ['write to me@example.com, or @@milo', []],
    ['@ milo', []],
    ['no one', []],
  ])('finds the mentions in %j', (text, names) => {
    expect(mentionsOf(text)).toEqual(names);
  });

  it('finds guests’ names that contain spaces', () => {
    expect(mentionsOf(`@${'Zoë B.'.replaceAll(' ', '_')}x`)).toEqual([mentionKey('Zoë B.x')]);
  });

  it('finds at most ten mentions', () => {
    const text = Array.from({ length: 30 }, (_, i) => `@user${i}`).join(' ');
    expect(mentionsOf(text)).toHaveLength(10);
  });
});
