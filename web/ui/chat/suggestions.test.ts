import { describe, expect, it } from 'vitest';
import { findEmoji } from './emoji-search.js';
import { type Known, namesIn, suggestionsFor, usageOf } from './suggestions.js';
import { closedEmoji, typedWord } from './typed-word.js';

const known: Known = { findEmoji, names: ['milo', 'Guest 7', 'mila'], role: 'moderator' };

/** Returns the texts that the suggestions would produce. */
function completed(text: string, more: Partial<Known> = {}): string[] {
  const word = typedWord(text, text.length);
  if (!word) return [];
  return suggestionsFor(word, { ...known, ...more }).map(
    ({ insert }) => text.slice(0, word.from) + insert + text.slice(word.to),
  );
}

describe('typedWord', () => {
  it.each([
    ['hello :fir', { kind: 'emoji', query: 'fir', from: 6, to: 10 }],
    ['hello @', { kind: 'mention', query: '', from: 6, to: 7 }],
    ['(@Zoë_B', { kind: 'mention', query: 'Zoë_B', from: 1, to: 7 }],
    ['/', { kind: 'command', query: '', from: 0, to: 1 }],
    ['/time', { kind: 'command', query: 'time', from: 0, to: 5 }],
    ['/ban mi', { kind: 'name', query: 'mi', from: 5, to: 7 }],
    ['/timeout @mi', { kind: 'name', query: 'mi', from: 10, to: 12 }],
  ])('finds the word at the end of %j', (text, word) => {
    expect(typedWord(text, text.length)).toEqual(word);
  });

  it.each([
    '',
    'hello',
    ':D',
    'at 10:30',
    'me@example',
    '@milo ',
    'see /ban',
    '/slow 3',
    '/ban milo a reason',
    'https://onair.example/a:fire',
  ])('finds nothing to complete in %j', (text) => {
    expect(typedWord(text, text.length)).toBeNull();
  });

  it('uses the word at the caret, not at the end of the text', () => {
    expect(typedWord('@mi and more', 3)).toMatchObject({ query: 'mi', to: 3 });
    expect(typedWord('@mi and more', 7)).toBeNull();
  });
});

describe('closedEmoji', () => {
  it('finds a name between colons directly before the caret', () => {
    expect(closedEmoji('so :tada:', 9)).toEqual({ query: 'tada', from: 3, to: 9 });
    expect(closedEmoji('so :tada: ', 10)).toBeNull();
    expect(closedEmoji('10:30:', 6)).toBeNull();
  });
});

describe('suggestionsFor', () => {
  it('completes names of people in the chat, with _ for spaces', () => {
    expect(completed('hi @')).toEqual(['hi @milo ', 'hi @Guest_7 ', 'hi @mila ']);
    expect(completed('hi @guest_')).toEqual(['hi @Guest_7 ']);
    expect(completed('/timeout @MIL')).toEqual(['/timeout @milo ', '/timeout @mila ']);
    expect(completed('/ban xyz')).toEqual([]);
  });

  it('completes emoji', () => {
    expect(completed('so :tad')).toEqual(['so 🎉 ']);
  });

  it('completes only commands that the role can use', () => {
    expect(completed('/')).toContain('/timeout ');
    expect(completed('/mo')).toEqual([]);
    expect(completed('/mo', { role: 'owner' })).toEqual(['/mod ']);
    expect(completed('/', { role: 'member' })).toEqual(['/help', '/follow', '/unfollow']);
    expect(completed('/', { role: 'guest' })).toEqual(['/help']);
  });

  it('puts an exact match first and marks it', () => {
    const [first, second] = suggestionsFor(
      { kind: 'command', query: 'follow', from: 0, to: 7 },
      known,
    );
    expect(first).toMatchObject({ id: 'follow', isTyped: true });
    expect(second).toMatchObject({ id: 'followers', isTyped: false });
    const [name] = suggestionsFor({ kind: 'mention', query: 'MILA', from: 0, to: 5 }, known);
    expect(name).toMatchObject({ id: 'mila', isTyped: true });
  });
});

describe('usageOf', () => {
  it('returns the syntax to roles that can use the command', () => {
    expect(usageOf('/timeout milo', 'moderator')).toMatch(/^\/timeout NAME/);
    expect(usageOf('/timeout milo', 'member')).toBeNull();
    expect(usageOf('/timeout', 'moderator')).toBeNull();
    expect(usageOf('hello there', 'owner')).toBeNull();
  });
});

describe('namesIn', () => {
  it('lists the latest author first, each author only once, and not the user', () => {
    const messages = ['ann', 'bob', 'ann', 'me', 'cleo'].map((name) => ({ name }));
    expect(namesIn(messages, 'me')).toEqual(['cleo', 'ann', 'bob']);
  });
});
