import { beforeEach, describe, expect, it } from 'vitest';
import { hex } from '../../../test/support/rtp-packetizer.js';
import { ChunkReader } from './chunk-reader.js';
import { RtmpError } from './rtmp-error.js';

let reader: ChunkReader;
beforeEach(() => {
  reader = new ChunkReader(1_000);
});

/** A full header on chunk stream 4: a time, a length, and an audio message in stream 1. */
const full = (time: string, length: string) => `04 ${time} ${length} 08 01000000`;

const read = (bytes: string) =>
  reader
    .push(hex(bytes))
    .map(({ timeMs, payload }) => [timeMs, Buffer.from(payload).toString('hex')]);

describe('the times of chunks', () => {
  it('repeat the last time field in a message without a header', () => {
    expect(read(`${full('000017', '000001')} aa c4 bb c4 cc`)).toEqual([
      [0x17, 'aa'],
      [0x2e, 'bb'],
      [0x45, 'cc'],
    ]);
  });

  it('may be differences of more than 24 bits, even backwards', () => {
    // librtmp sends a step back of 3 ms as an extended time.
    expect(read(`${full('000017', '000001')} aa 84 ffffff fffffffd bb`)).toEqual([
      [0x17, 'aa'],
      [0x14, 'bb'],
    ]);
  });

  it.each([
    ['that repeat the extended time', '01000000'],
    ['that don’t repeat the extended time', ''],
  ])('may be extended, with further chunks %s', (_what, again) => {
    const first = 'ab'.repeat(128);
    expect(read(`${full('ffffff', '000082')} 01000000 ${first} c4 ${again} cdef`)).toEqual([
      [0x0100_0000, `${first}cdef`],
    ]);
  });
});

describe('a chunk reader', () => {
  it('reads messages whose chunks alternate', () => {
    const [sound, picture] = ['aa'.repeat(128), 'bb'.repeat(128)];
    const bytes = [
      `04 000000 000081 08 01000000 ${sound}`,
      `06 000000 000081 09 01000000 ${picture}`,
      'c4 a0',
      'c6 b0',
    ];
    expect(read(bytes.join(' '))).toEqual([
      [0, `${sound}a0`],
      [0, `${picture}b0`],
    ]);
  });

  it.each([
    ['80', '0034'],
    ['ff00', '0040'],
  ])('reads chunk stream numbers of two and three bytes', () => {
    expect(read('00 ff 000001 000001 08 01000000 aa')).toEqual([[1, 'aa']]);
    expect(read('01 0001 000002 000001 08 01000000 bb c1 0001 cc')).toEqual([
      [2, 'bb'],
      [4, 'cc'],
    ]);
  });

  it('discards a message that its sender aborts', () => {
    expect(read(`${full('000000', '000100')} ${'aa'.repeat(128)}`)).toEqual([]);
    read('02 000000 000004 02 00000000 00000004');
    expect(read(`${full('000005', '000001')} bb`)).toEqual([[5, 'bb']]);
  });

  it.each([
    ['a message that is too large', full('000000', '0003e9')],
    ['a chunk stream that begins without a header', 'c5'],
    ['a chunk stream that begins without its length', '85 000001'],
    ['a chunk size of 0', '02 000000 000004 01 00000000 00000000'],
    ['a chunk size of more than 31 bits', '02 000000 000004 01 00000000 ffffffff'],
    [
      'a message that starts within another one',
      `${full('000000', '000100')} ${'aa'.repeat(128)} ${full('000000', '000001')} bb`,
    ],
    [
      'incomplete messages that are too large together',
      [4, 5, 6, 7].map((id) => `0${id} 000000 000100 08 01000000 ${'aa'.repeat(128)}`).join(' '),
    ],
    [
      'too many chunk streams',
      Array.from(
        { length: 33 },
        (_, i) => `${(i + 4).toString(16).padStart(2, '0')} 000000 000000 08 01000000`,
      ).join(' '),
    ],
  ])('refuses %s', (_what, bytes) => {
    expect(() => read(bytes)).toThrow(RtmpError);
  });
});
