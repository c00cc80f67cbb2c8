import { describe, expect, it } from 'vitest';
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
  ])('finds one in %j', (text) => {
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
  ])('finds none in %j', (text) => {
    expect(hasLink(text)).toBe(false);
  });

  it('takes no longer for what is made to take long', () => {
    const texts = ['a.'.repeat(250), 'a-'.repeat(250), `${'a'.repeat(60)}.`.repeat(8)];
    const startMs = performance.now();
    for (const text of texts) for (let i = 0; i < 20; i += 1) hasLink(text);
    expect(performance.now() - startMs).toBeLessThan(200);
  });
});

describe('isEmojiOnly', () => {
  it.each(['👍', '👩🏽‍🚀 ❤️', '🇩🇪🏳️‍🌈', '1️⃣ #️⃣', '👍\n👍'])('takes %j', (text) => {
    expect(isEmojiOnly(text)).toBe(true);
  });

  it('takes every emoji that keyboards have, with and without the sign that makes it a picture', () => {
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
    'takes %j without the sign that makes it a picture',
    (text) => {
      expect(isEmojiOnly(text)).toBe(true);
    },
  );

  it('takes no longer for what is made to take long', () => {
    const startMs = performance.now();
    for (const part of ['❤', '👩‍', '👩🏽‍', '🏴\u{E0067}', ' '])
      isEmojiOnly(`${part.repeat(Math.floor(500 / part.length))}x`);
    expect(performance.now() - startMs).toBeLessThan(200);
  });

  it.each(['a', '1', '#', 'hi 👍', '', '👍.', '🇭🇮 🇹🇭🇪🇷🇪', '🇭', '\u{FE0F}', '12 3', '\u{200D}'])(
    'refuses %j',
    (text) => {
      expect(isEmojiOnly(text)).toBe(false);
    },
  );
});
