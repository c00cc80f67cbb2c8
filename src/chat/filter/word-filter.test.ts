import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
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
    ['digits and signs', '5cum $cum'],
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
    ['a word that has an entry in it', 'scumble'],
    ['half a phrase', 'go on, stay away'],
    ['a word that only begins like the end of one', 'holes'],
    ['nothing', ''],
  ])('lets %s through', (_what, text) => {
    expect(filter.blocks(text)).toBe(false);
  });

  it('blocks nothing without entries', () => {
    const runs = fc.check(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => !new WordFilter([]).blocks(text)),
    );
    expect(runs).toMatchObject({ failed: false });
  });

  it('finds every entry of letters in any surroundings', () => {
    const word = fc.stringMatching(/^[a-z]{2,12}$/);
    const runs = fc.check(
      fc.property(word, fc.string(), fc.string(), (entry, before, after) =>
        new WordFilter([entry]).blocks(`${before} ${entry} ${after}`),
      ),
    );
    expect(runs).toMatchObject({ failed: false });
  });

  it('takes no longer for a list made to be slow', () => {
    const entries = Array.from(
      { length: 500 },
      (_, i) => `*${'ab'.repeat(20)}${'c'.repeat(i % 3)}x${'d'.repeat(1)}${'xy'.repeat(i % 50)}`,
    );
    const text = 'ab'.repeat(5_000);
    const slow = new WordFilter(entries);
    const startedMs = performance.now();
    expect(slow.blocks(text)).toBe(false);
    expect(performance.now() - startedMs).toBeLessThan(1_000);
  });
});
