import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fuzzRuns } from '../../../test/support/fuzz-runs.js';
import { unlessRefused } from '../../../test/support/unless-refused.js';
import { ChunkReader } from './chunk-reader.js';
import { ChunkWriter } from './chunk-writer.js';
import { MESSAGE, type RtmpMessage } from './rtmp-message.js';

const MESSAGE_MAX = 10_000;

const message: fc.Arbitrary<RtmpMessage> = fc.record({
  type: fc.constantFrom(MESSAGE.audio, MESSAGE.video, MESSAGE.data, MESSAGE.command),
  streamId: fc.constantFrom(0, 1, 1, 1, 0xffff_ffff),
  timeMs: fc.oneof(fc.nat(100), fc.constantFrom(0xff_fffe, 0xff_ffff, 0x100_0000, 0xffff_ffff)),
  payload: fc.oneof(
    fc.uint8Array({ maxLength: 400 }),
    // Messages of equal length, for headers that refer to the previous one.
    fc.uint8Array({ minLength: 200, maxLength: 200 }),
  ),
});
/** A message, or a new chunk size. */
const steps = fc.array(
  fc.oneof({ weight: 6, arbitrary: message }, fc.integer({ min: 1, max: 300 })),
  {
    maxLength: 30,
  },
);
const cuts = fc.infiniteStream(fc.integer({ min: 1, max: 90 }));
type Cuts = typeof cuts extends fc.Arbitrary<infer C> ? C : never;

/** Passes bytes to the reader as they might arrive from a socket. */
function arrive(reader: ChunkReader, bytes: Uint8Array, sizes: Cuts): RtmpMessage[] {
  const messages: RtmpMessage[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = at + (sizes.next().value ?? 1);
    messages.push(...reader.push(bytes.subarray(at, end)));
    at = end;
  }
  return messages;
}

function written(taken: readonly (RtmpMessage | number)[]): Buffer {
  const writer = new ChunkWriter();
  return Buffer.concat(
    taken.map((step) =>
      typeof step === 'number' ? writer.setChunkSize(step) : writer.write(step),
    ),
  );
}

const plain = ({ type, streamId, timeMs, payload }: RtmpMessage) => ({
  type,
  streamId,
  timeMs,
  payload: Buffer.from(payload).toString('hex'),
});

describe('chunks', () => {
  it('carry every message, however their bytes arrive', () => {
    fc.assert(
      fc.property(steps, cuts, (taken, sizes) => {
        const sent = taken.filter((step) => typeof step !== 'number');
        const read = arrive(new ChunkReader(MESSAGE_MAX), written(taken), sizes);
        expect(read.map(plain)).toEqual(sent.map(plain));
      }),
      { numRuns: fuzzRuns(500) },
    );
  });

  it('with damage yield messages within the limits, or a protocol error', () => {
    const damage = fc.record({ at: fc.nat(), value: fc.nat(255) });
    fc.assert(
      fc.property(steps, cuts, fc.array(damage, { maxLength: 6 }), (taken, sizes, damages) => {
        const bytes = written(taken);
        if (bytes.length > 0) for (const { at, value } of damages) bytes[at % bytes.length] = value;
        expectBounded(() => arrive(new ChunkReader(MESSAGE_MAX), bytes, sizes));
      }),
      { numRuns: fuzzRuns(500) },
    );
  });

  it('of random bytes yield messages within the limits, or a protocol error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), cuts, (bytes, sizes) => {
        expectBounded(() => arrive(new ChunkReader(MESSAGE_MAX), bytes, sizes));
      }),
      { numRuns: fuzzRuns(1_000) },
    );
  });
});

function expectBounded(read: () => RtmpMessage[]): void {
  for (const { payload } of unlessRefused(read) ?? [])
    expect(payload.length).toBeLessThanOrEqual(MESSAGE_MAX);
}
