import { expect, it } from 'vitest';
import { hex } from '../../../test/support/rtp-packetizer.js';
import { crc32, SectionReader } from './section-reader.js';

/** A program association table, as FFmpeg writes it. */
const PAT = hex('00 b00d 0001 c1 00 00 0001 f000 2ab104b2');

it('computes the checksum of ISO/IEC 13818-1', () => {
  expect(crc32(PAT)).toBe(0);
  expect(crc32(PAT.subarray(0, -4))).toBe(0x2ab1_04b2);
});

it('reads a section that spans several packets, and the next section', () => {
  const reader = new SectionReader();
  const stuffing = hex('ffffff');
  expect(reader.push(Buffer.concat([hex('00'), PAT.subarray(0, 5)]), true)).toEqual([]);
  const rest = PAT.subarray(5);
  const next = Buffer.concat([Uint8Array.of(rest.length), rest, PAT, stuffing]);
  expect(reader.push(next, true)).toHaveLength(2);
});

it('ignores a damaged section', () => {
  const damaged = Uint8Array.from(PAT);
  damaged[9] = 2;
  const reader = new SectionReader();
  expect(reader.push(Buffer.concat([hex('00'), damaged]), true)).toEqual([]);
  expect(reader.push(Buffer.concat([hex('00'), PAT]), true)).toHaveLength(1);
});

it('ignores a section that is too long, and a pointer beyond the payload', () => {
  const reader = new SectionReader();
  expect(reader.push(hex('00 00 bfff 0000'), true)).toEqual([]);
  expect(reader.push(hex('ff 00'), true)).toEqual([]);
});
