import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fuzzRuns } from '../../../test/support/fuzz-runs.js';
import { hex } from '../../../test/support/rtp-packetizer.js';
import { audioConfigTag, audioTag, readAudioTag } from './audio-tag.js';
import { flvHeader, FlvReader, flvTag, TAG } from './flv-file.js';
import { readVideoTag, videoConfigTag, videoTag } from './video-tag.js';

const bytes = fc.uint8Array({ minLength: 1, maxLength: 40 });

/** Makes typed arrays comparable, whatever their class. */
const plain = (tag: object) =>
  Object.fromEntries(
    Object.entries(tag).map(([name, value]) => [
      name,
      value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value,
    ]),
  );

describe('video tags', () => {
  it('are read as they were written', () => {
    const picture = fc.record({
      keyFrame: fc.boolean(),
      compositionMs: fc.integer({ min: -8_388_608, max: 8_388_607 }),
      data: bytes,
    });
    fc.assert(
      fc.property(picture, (written) => {
        const read = readVideoTag(videoTag(written));
        expect(plain(read)).toEqual(plain({ type: 'picture', ...written }));
      }),
      { numRuns: fuzzRuns(200) },
    );
    expect(plain(readVideoTag(videoConfigTag(hex('0164'))))).toEqual({
      type: 'config',
      record: '0164',
    });
  });

  it.each([
    ['an enhanced header', '91 61766331 000010 aabb', 'picture', 16],
    [
      'an enhanced header with a negative composition time',
      '91 61766331 ffffff aabb',
      'picture',
      -1,
    ],
    ['an enhanced header without a composition time', '93 61766331 aabb', 'picture', 0],
    ['a time in nanoseconds', '97 02 000102 01 61766331 000010 aabb', 'picture', 16],
  ])('are read with %s', (_what, tag, type, compositionMs) => {
    const read = readVideoTag(hex(tag));
    expect(plain(read)).toEqual({ type, keyFrame: true, compositionMs, data: 'aabb' });
  });

  it.each([
    ['12', 'Sorenson H.263'],
    ['1c 00', 'H.265'],
    ['90 68766331 00', 'H.265'],
    ['91 61763031 00', 'AV1'],
    ['96 01 61766331', 'several video tracks'],
  ])('with an unsupported codec yield its name: %s', (tag, codec) => {
    expect(readVideoTag(hex(tag))).toEqual({ type: 'unsupported', codec });
  });

  it.each(['', '17', '17 02 000000', '57 00 000000 00', '92 61766331', '94 61766331 00'])(
    'without a frame are ignored: %j',
    (tag) => {
      expect(readVideoTag(hex(tag))).toEqual({ type: 'nothing' });
    },
  );
});

describe('audio tags', () => {
  it('are read as they were written', () => {
    fc.assert(
      fc.property(bytes, (data) => {
        const written = Buffer.from(data).toString('hex');
        expect(plain(readAudioTag(audioTag(data)))).toEqual({ type: 'frame', data: written });
        expect(plain(readAudioTag(audioConfigTag(data)))).toEqual({
          type: 'config',
          record: written,
        });
      }),
      { numRuns: fuzzRuns(100) },
    );
  });

  it.each([
    ['90 6d703461 1190', { type: 'config', record: '1190' }],
    ['91 6d703461 aabb', { type: 'frame', data: 'aabb' }],
    ['91 4f707573 aabb', { type: 'unsupported', codec: 'Opus' }],
    ['2f ff', { type: 'unsupported', codec: 'MP3' }],
    ['af', { type: 'nothing' }],
    ['af 02 00', { type: 'nothing' }],
    ['', { type: 'nothing' }],
  ])('are read whatever their header: %j', (tag, expected) => {
    expect(plain(readAudioTag(hex(tag)))).toEqual(expected);
  });
});

it('never throws for random tags', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 30 }), (random) => {
      readVideoTag(random);
      readAudioTag(random);
    }),
    { numRuns: fuzzRuns(2_000) },
  );
});

it('reads an FLV stream as written, however its bytes arrive', () => {
  const tag = fc.record({
    type: fc.constantFrom(TAG.audio, TAG.video, TAG.script),
    timeMs: fc.nat(0xffff_ffff),
    body: bytes,
  });
  fc.assert(
    fc.property(fc.array(tag), fc.integer({ min: 1, max: 50 }), (tags, size) => {
      const stream = Buffer.concat([flvHeader({ audio: true, video: true }), ...tags.map(flvTag)]);
      const reader = new FlvReader();
      const read = [];
      for (let at = 0; at < stream.length; at += size)
        read.push(...reader.push(stream.subarray(at, at + size)));
      expect(read.map(plain)).toEqual(tags.map(plain));
    }),
    { numRuns: fuzzRuns(200) },
  );
});
