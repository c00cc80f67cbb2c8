import { describe, expect, it } from 'vitest';
import { BitWriter } from '../../../test/support/bit-writer.js';
import { BitReader } from './bit-reader.js';

describe('BitReader', () => {
  it('reads numbers of up to 32 bits across bytes', () => {
    const reader = new BitReader(new BitWriter().bits(5, 3).bits(0xfedcba98, 32).bytes());
    expect([reader.bits(3), reader.bits(32), reader.failed]).toEqual([5, 0xfedcba98, false]);
  });

  it('reads signed and unsigned Exp-Golomb codes', () => {
    const unsigned = [0, 1, 2, 7, 255, 65_535, 2 ** 32 - 2];
    const signed = [0, 1, -1, 2, -2, 127, -128];
    const writer = new BitWriter();
    for (const value of unsigned) writer.ue(value);
    for (const value of signed) writer.se(value);
    const reader = new BitReader(writer.bytes());
    expect(unsigned.map(() => reader.unsignedExpGolomb())).toEqual(unsigned);
    expect(signed.map(() => reader.signedExpGolomb() + 0)).toEqual(signed);
    expect(reader.failed).toBe(false);
  });

  it('fails on a code of more than 32 bits', () => {
    const reader = new BitReader(new BitWriter().bits(0, 32).bits(1, 1).bits(0, 32).bytes());
    expect([reader.unsignedExpGolomb(), reader.failed]).toEqual([0, true]);
  });

  it.each([
    ['bits', (reader: BitReader) => reader.bits(9)],
    ['skipping', (reader: BitReader) => reader.skip(9)],
    ['a code', (reader: BitReader) => reader.unsignedExpGolomb()],
  ])('fails when reading past the end: %s', (_, read) => {
    const reader = new BitReader(Uint8Array.of(0));
    read(reader);
    expect(reader.failed).toBe(true);
  });
});
