import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fuzzRuns } from '../../../test/support/fuzz-runs.js';
import { hex } from '../../../test/support/rtp-packetizer.js';
import { unlessRefused } from '../../../test/support/unless-refused.js';
import { type AmfValue, EcmaArray, readAmf0, writeAmf0 } from './amf0.js';
import { RtmpError } from './rtmp-error.js';

const { value } = fc.letrec<{ value: AmfValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', maxDepth: 6 },
    fc.double(),
    fc.boolean(),
    fc.string({ unit: 'grapheme' }),
    fc.constant(null),
    fc.constant(undefined),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.string({ minLength: 1 }), tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
}));

describe('AMF0', () => {
  it('reads what it writes', () => {
    fc.assert(
      fc.property(fc.array(value, { maxLength: 5 }), (values) => {
        expect(readAmf0(writeAmf0(values))).toEqual(values);
      }),
      { numRuns: fuzzRuns(500) },
    );
  });

  it('reads or refuses random bytes', () => {
    const bytes = fc.array(fc.oneof(fc.nat(17), fc.nat(255)), { maxLength: 200 });
    fc.assert(
      fc.property(bytes, (random) => {
        unlessRefused(() => readAmf0(Uint8Array.from(random)));
      }),
      { numRuns: fuzzRuns(2_000) },
    );
  });

  it('reads an ECMA array with a wrong length, and writes ECMA arrays', () => {
    expect(readAmf0(hex('08 00000000 0001 61 0101 000009'))).toEqual([{ a: true }]);
    const metadata = writeAmf0([new EcmaArray({ a: true })]);
    expect(metadata.toString('hex')).toBe('08000000010001610101000009');
    expect(readAmf0(metadata)).toEqual([{ a: true }]);
  });

  it('reads a long string, a date, and a typed object', () => {
    const bytes = '0c 00000001 61 0b 4059000000000000 0000 10 0001 63 0001 62 05 000009';
    expect(readAmf0(hex(bytes))).toEqual(['a', 100, { b: null }]);
    const long = 'x'.repeat(70_000);
    expect(readAmf0(writeAmf0([long]))).toEqual([long]);
  });

  it('reads a property with the name of a setter as a property', () => {
    const [read] = readAmf0(hex('03 0009 5f5f70726f746f5f5f 03 0001 61 0101 000009 000009'));
    expect(Object.keys(read ?? {})).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>).a).toBeUndefined();
  });

  it.each([
    ['deep nesting', '03 0001 61 '.repeat(200)],
    ['many values', `0a 00010000 ${'05'.repeat(2_000)}`],
    ['an array that ends early', '0a ffffffff 05'],
    ['an unknown type', '07'],
    ['a string that ends early', '02 0005 61'],
  ])('refuses %s', (_what, bytes) => {
    expect(() => readAmf0(hex(bytes))).toThrow(RtmpError);
  });
});
