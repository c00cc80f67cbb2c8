import { describe, expect, it } from 'vitest';
import { textPieces } from './text-pieces.js';

const kinds = (text: string, mentions: string[] = [], me: string | null = null) =>
  textPieces(text, { mentions, me }).map(({ kind, text: part }) => `${kind}:${part}`);

describe('textPieces', () => {
  it('finds addresses, without what ends the sentence', () => {
    expect(kinds('see https://a.example/b?c=1. Or (https://d.example)')).toEqual([
      'text:see ',
      'link:https://a.example/b?c=1',
      'text:. Or (',
      'link:https://d.example',
      'text:)',
    ]);
  });

  it.each(['http://a.example', 'javascript:alert(1)', 'https:// a', 'ftp://x'])(
    'takes %j for words',
    (text) => {
      expect(kinds(text)).toEqual([`text:${text}`]);
    },
  );

  it('lights up who is spoken to, and oneself', () => {
    expect(textPieces('hi @Ann, and @bob.', { mentions: ['ann', 'bob'], me: 'bob' })).toEqual([
      { kind: 'text', text: 'hi ' },
      { kind: 'mention', text: '@Ann', isMe: false },
      { kind: 'text', text: ', and ' },
      { kind: 'mention', text: '@bob', isMe: true },
      { kind: 'text', text: '.' },
    ]);
  });

  it('takes no name for a person that the server did not find, nor one in an address', () => {
    expect(kinds('@ann mail a@ann https://x.example/@ann', ['bob'])).toHaveLength(2);
    expect(kinds('https://x.example/@ann', ['ann'])).toEqual(['link:https://x.example/@ann']);
  });
});
