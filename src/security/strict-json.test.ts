import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { growth, LINEAR } from '../../test/support/linear-time.js';
import { JSON_DEPTH_MAX, parseStrictJson, StrictJsonError } from './strict-json.js';

const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

describe('parseStrictJson', () => {
  it.each([
    '{"a":1,"a":2}',
    '{"a":1,"\\u0061":2}',
    '{"a" : 1 , "b":{"c":1,"c":1}}',
    '[{"a":1},{"a":1,"b":2,"a":3}]',
    '{"":1,"":2}',
    '{"\\"":1,"\\u0022":2}',
    '{"__proto__":{"isAdmin":true}}',
    '{"__pro\\u0074o__":{}}',
    '{"a":{"__proto__":null}}',
    '{"constructor":{"prototype":{"isAdmin":true}}}',
    '"\\u0000"',
    '{"a\\u0000":1}',
    '"\\\\\\u0000"',
    nested(JSON_DEPTH_MAX + 1),
    '['.repeat(60_000),
    '{"a":'.repeat(10_000),
    `[${'1,'.repeat(30_000)}1]`,
    '',
    '{"a"',
    '"',
    '"\\',
    '{a:1}',
    '{"a":1}}',
    'NaN',
    '// comment\n{}',
  ])('rejects %#', (text) => expect(() => parseStrictJson(text)).toThrow(StrictJsonError));

  it.each([
    ['{"a":{"a":1},"b":[{"a":1},{"a":1}]}', { a: { a: 1 }, b: [{ a: 1 }, { a: 1 }] }],
    ['{"a":"a","b":"a:","c":"{\\"a\\":1,\\"a\\":2}"}', { a: 'a', b: 'a:', c: '{"a":1,"a":2}' }],
    ['["__proto__","__proto__"]', ['__proto__', '__proto__']],
    ['{"text":"__proto__: constructor"}', { text: '__proto__: constructor' }],
    ['"\\\\u0000"', '\\u0000'],
  ])('accepts %s', (text, value) => expect(parseStrictJson(text)).toEqual(value));

  it('parses other JSON like JSON.parse', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 8 }), (text) => {
        fc.pre(!/"__proto__"|"constructor"|"prototype"|u0000/.test(text));
        expect(parseStrictJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it.each([
    ['backslashes', (count: number) => `"${'\\\\'.repeat(count)}"`],
    ['spaces', (count: number) => `{"a"${' '.repeat(count)}:1}`],
  ])('runs in linear time for many %s', (_what, hostile) => {
    expect(growth((count) => parseStrictJson(hostile(count)), 50_000)).toBeLessThan(LINEAR);
  });

  it('does not quote the text in errors', () => {
    for (const text of ['{"hunter2":1,"hunter2":2}', '{"password":hunter2}'])
      expect(() => parseStrictJson(text)).not.toThrow(/hunter2/);
  });
});
