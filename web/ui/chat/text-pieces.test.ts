import { describe, expect, it } from 'vitest';
import { growth, LINEAR } from '../../../test/support/linear-time.js';
import { textPieces } from './text-pieces.js';

const kinds = (text: string, mentions: string[] = [], me: string | null = null) =>
  textPieces(text, { mentions, me }).map(({ kind, text: part }) => `${kind}:${part}`);

describe('textPieces', () => {
  it('finds URLs, without the punctuation after them', () => {
    expect(kinds('see https://a.example/b?c=1. Or (https://d.example)')).toEqual([
      'text:see ',
      'link:https://a.example/b?c=1',
      'text:. Or (',
      'link:https://d.example',
      'text:)',
    ]);
  });

  it.each([
    ['https://en.example/wiki/Mercury_(planet)', ''],
    ['https://en.example/wiki/Mercury_(planet)', '.'],
    ['https://en.example/wiki/Mercury_(planet)', ')'],
    ['https://en.example/wiki/Mercury_(planet)#Orbit', ', too'],
    ['https://en.example/wiki/A_(b_(c))', ')!'],
    ["https://en.example/wiki/Schrödinger's_cat", ''],
    ["https://en.example/wiki/Schrödinger's_cat", "'"],
    ['https://en.example/wiki/Schrödinger’s_cat', '’'],
    ['https://a.example/list[0]', ']'],
    ['https://a.example/{id}', '}'],
    ['https://a.example/?q=a,b;c:d!e', '?!'],
    ['https://a.example/a*b', '**'],
    ['https://a.example/path/', '…'],
    ['https://a.example/~ann/-/x_y?a=%20&b=#top', ''],
    ['https://a.example/東京', '。'],
    ['https://a.example/東京', '」'],
    ['https://a.example', '»'],
    ['https://a.example:8443/', ':'],
  ])('reads %s as a URL and %j after it as text', (address, behind) => {
    expect(kinds(`see ${address}${behind}`)).toEqual([
      'text:see ',
      `link:${address}`,
      ...(behind === '' ? [] : [`text:${behind}`]),
    ]);
  });

  it.each([')', '.', '(', "'"])('takes linear time for a URL that ends in many %s', (end) => {
    const cut = (count: number) => kinds(`https://a.example/${end.repeat(count)}`);
    expect(growth(cut, 500)).toBeLessThan(LINEAR);
  });

  it.each(['http://a.example', 'javascript:alert(1)', 'https:// a', 'ftp://x'])(
    'reads %j as text',
    (text) => {
      expect(kinds(text)).toEqual([`text:${text}`]);
    },
  );

  it('marks mentions of others and of the user', () => {
    expect(textPieces('hi @Ann, and @bob.', { mentions: ['ann', 'bob'], me: 'bob' })).toEqual([
      { kind: 'text', text: 'hi ' },
      { kind: 'mention', text: '@Ann', isMe: false },
      { kind: 'text', text: ', and ' },
      { kind: 'mention', text: '@bob', isMe: true },
      { kind: 'text', text: '.' },
    ]);
  });

  it('ignores names that the server did not resolve, and names in URLs', () => {
    expect(kinds('@ann mail a@ann https://x.example/@ann', ['bob'])).toHaveLength(2);
    expect(kinds('https://x.example/@ann', ['ann'])).toEqual(['link:https://x.example/@ann']);
  });
});
