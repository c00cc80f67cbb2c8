import { describe, expect, it } from 'vitest';
import { hex } from '../../../test/support/rtp-packetizer.js';
import { leb128, readLeb128 } from './av1-obu.js';

describe('leb128', () => {
  it.each([0, 127, 128, 300, 16_384, 2 ** 32 - 1])('writes and reads %d', (value) => {
    const bytes = Uint8Array.from(leb128(value));
    expect(readLeb128(bytes, 0)).toEqual({ value, length: bytes.length });
  });

  it.each(['', '80', 'ff ff ff ff 7f', '80 80 80 80 80 80 80 80 01'])('rejects "%s"', (bytes) => {
    expect(readLeb128(hex(bytes), 0)).toBeNull();
  });
});
