import { describe, expect, it } from 'vitest';
import { growth, LINEAR } from '../../../test/support/linear-time.js';
import { hasLink, isEmojiOnly } from './text-kinds.js';

describe('hasLink', () => {
  it.each([
    'https://example.com/a',
    'see http://192.0.2.1:8080',
    'www.example',
    'go to example.com now',
    'EXAMPLE.COM',
    'example。com',
    'ｅｘａｍｐｌｅ．ｃｏｍ',
    'exa\u200bmple.com',
    'bücher.example',
    'a.b.c.example/path',
    '(example.org)',
    'javascript://x',
    'onair+x://y',
  ])('finds a link in %j', (text) => {
    expect(hasLink(text)).toBe(true);
  });

  it.each([
    'hello',
    'Wait...what?',
    'it costs 3.50',
    'e.g. this',
    'version 1.2.3',
    'and/or',
    'a : // b',
    '12.30 Uhr',
  ])('finds no link in %j', (text) => {
    expect(hasLink(text)).toBe(false);
  });

  it.each(['a.', 'a-', `${'a'.repeat(60)}.`])('takes linear time for many %j', (part) => {
    expect(growth((length) => hasLink(part.repeat(length / part.length)), 500)).toBeLessThan(
      LINEAR,
    );
  });
});

describe('isEmojiOnly', () => {
  it.each(['👍', '👩🏽‍🚀 ❤️', '🇩🇪🏳️‍🌈', '1️⃣ #️⃣', '👍\n👍'])('accepts %j', (text) => {
    expect(isEmojiOnly(text)).toBe(true);
  });

  it('accepts every emoji, with and without variation selectors', () => {
    const refused: string[] = [];
    for (let code = 0; code <= 0x1_ff_ff; code += 1) {
      const sign = String.fromCodePoint(code);
      for (const emoji of [sign, `${sign}\u{FE0F}`, `${sign}\u{1F3FD}`, `${sign}\u{FE0F}\u{20E3}`])
        if (/^\p{RGI_Emoji}$/v.test(emoji))
          for (const typed of [emoji, emoji.replaceAll('\u{FE0F}', '')])
            if (!isEmojiOnly(typed)) refused.push(typed);
    }
    expect(refused).toEqual([]);
  });

  it.each(['❤', '☺', '☀ ☁', '❤‍🔥', '🏳‍🌈', '👁‍🗨', '🏴‍☠', '1⃣', '✌🏽', '⛹🏽‍♀', '🏴󠁧󠁢󠁳󠁣󠁴󠁿', '👨‍👩‍👧‍👦'])(
    'accepts %j without its variation selector',
    (text) => {
      expect(isEmojiOnly(text)).toBe(true);
    },
  );

  it.each(['❤', '👩‍', '👩🏽‍', '🏴\u{E0067}', ' '])('takes linear time for many %j', (part) => {
    const check = (length: number) => isEmojiOnly(`${part.repeat(length / part.length)}x`);
    expect(growth(check, 500)).toBeLessThan(LINEAR);
  });

  it.each(['a', '1', '#', 'hi 👍', '', '👍.', '🇭🇮 🇹🇭🇪🇷🇪', '🇭', '\u{FE0F}', '12 3', '\u{200D}'])(
    'rejects %j',
    (text) => {
      expect(isEmojiOnly(text)).toBe(false);
    },
  );
});
