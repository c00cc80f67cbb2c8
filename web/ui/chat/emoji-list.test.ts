import { describe, expect, it } from 'vitest';
import { Emoji } from '../../../src/protocol/chat.js';
import { EMOJI_GROUPS } from './emoji-list.js';
import { emojiNamed, findEmoji } from './emoji-search.js';

const all = EMOJI_GROUPS.flatMap(({ emoji }) => emoji);

describe('the emoji list', () => {
  it('contains unique emoji, and names that the server accepts', () => {
    expect(all.length).toBeGreaterThan(300);
    for (const { emoji, name, words } of all) {
      expect(Emoji.parse(emoji)).toBe(emoji);
      for (const word of [name, ...words]) expect(word).toMatch(/^[a-z0-9_]+$/);
    }
    expect(new Set(all.map(({ emoji }) => emoji)).size).toBe(all.length);
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
  });
});

describe('findEmoji', () => {
  const names = (query: string, limit = 5) => findEmoji(query, limit).map(({ name }) => name);

  it('ranks names first, then other words, then substrings', () => {
    expect(names('fire')[0]).toBe('fire');
    expect(names('tad')).toEqual(['tada']);
    expect(names('hooray')).toEqual(expect.arrayContaining(['tada', 'raised_hands']));
    expect(names('eart', 99)).toContain('heart');
  });

  it('ignores case and surrounding spaces', () => {
    expect(names(' Thumbs U ')).toEqual(['thumbs_up']);
  });

  it('finds nothing for an empty query, and at most the limit', () => {
    expect(names('')).toEqual([]);
    expect(names('xqzw')).toEqual([]);
    expect(names('a', 3)).toHaveLength(3);
  });
});

describe('emojiNamed', () => {
  it('matches complete names only', () => {
    expect(emojiNamed('tada')).toBe('🎉');
    expect(emojiNamed('tad')).toBeUndefined();
  });
});
