import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { growth, LINEAR } from '../../../test/support/linear-time.js';
import { WordFilter } from './word-filter.js';

describe('WordFilter', () => {
  const filter = new WordFilter(['Scum', 'go away', 'spoil*', '*hole', '', '***']);

  it.each([
    ['the word', 'you scum'],
    ['capitals', 'SCUM!'],
    ['full-width letters', 'ｓｃｕｍ'],
    ['mathematical letters', '𝕤𝕔𝕦𝕞'],
    ['Cyrillic lookalikes', 'ѕсum'],
    ['marks on the letters', 's̶c̷u̸m̵ śčüm'],
    ['invisible characters between', 's\u200bc\u00adu\u2060m'],
    ['digits and symbols', '5cum $cum'],
    ['letters repeated', 'scuuuummm'],
    ['letters with spaces', 's c u m'],
    ['letters with dots', 's.c.u.m'],
    ['a phrase', 'just go   away, please'],
    ['a word that begins with an entry', 'no spoilers'],
    ['a word that ends with an entry', 'loophole'],
  ])('blocks %s', (_what, text) => {
    expect(filter.blocks(text)).toBe(true);
  });

  it.each([
    ['a word that contains an entry', 'scumble'],
    ['half a phrase', 'go on, stay away'],
    ['a word that only begins with an entry for word endings', 'holes'],
    ['nothing', ''],
  ])('allows %s', (_what, text) => {
    expect(filter.blocks(text)).toBe(false);
  });

  it('blocks nothing without entries', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => !new WordFilter([]).blocks(text)),
    );
  });

  it('blocks every entry made of letters, in any surrounding text', () => {
    const word = fc.stringMatching(/^[a-z]{2,12}$/);
    fc.assert(
      fc.property(word, fc.string(), fc.string(), (entry, before, after) =>
        new WordFilter([entry]).blocks(`${before} ${entry} ${after}`),
      ),
    );
  });

  it('takes linear time with a list designed to be slow', () => {
    const entries = Array.from(
      { length: 500 },
      (_, i) => `*${'ab'.repeat(20)}${'c'.repeat(i % 3)}x${'d'.repeat(1)}${'xy'.repeat(i % 50)}`,
    );
    const slow = new WordFilter(entries);
    expect(slow.blocks('ab'.repeat(5_000))).toBe(false);
    expect(growth((length) => slow.blocks('ab'.repeat(length)), 500)).toBeLessThan(LINEAR);
  });
});
