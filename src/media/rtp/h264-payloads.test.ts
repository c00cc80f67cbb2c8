import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fuzzRuns } from '../../../test/support/fuzz-runs.js';
import { hex } from '../../../test/support/rtp-packetizer.js';
import { createDepacketizer } from './create-depacketizer.js';
import { h264Payloads } from './h264-payloads.js';
import { parseRtpPacket } from './rtp-packet.js';
import { RtpWriter } from './rtp-writer.js';

/** The first bytes of a frame's first slice, and of later slices. */
const HEADS = { key: ['658884', '65423f'], other: ['419a24', '414680'] } as const;
const SETS = [hex('6742c01f8c8d405017fcb35060606078442350'), hex('68ce3c80')];

it('makes packets of at most 1,200 bytes, from which the same frames are read', () => {
  const picture = fc.record({
    keyFrame: fc.boolean(),
    slices: fc.array(fc.integer({ min: 1, max: 5_000 }), { minLength: 1, maxLength: 3 }),
  });
  fc.assert(
    fc.property(fc.array(picture, { minLength: 1, maxLength: 6 }), (pictures) => {
      const writer = new RtpWriter({ ssrc: 7, payloadType: 96 });
      const depacketizer = createDepacketizer({
        mimeType: 'video/H264',
        clockRate: 90_000,
        channels: 1,
        parameters: {},
      });
      const read: string[] = [];
      const sent: string[] = [];
      for (const [place, { keyFrame, slices }] of [
        { keyFrame: true, slices: [10] },
        ...pictures,
      ].entries()) {
        const nals = slices.map((bytes, i) =>
          Buffer.concat([
            hex(HEADS[keyFrame ? 'key' : 'other'][i === 0 ? 0 : 1]),
            Buffer.alloc(bytes, place + 1),
          ]),
        );
        const payloads = h264Payloads(nals, keyFrame ? SETS : []);
        for (const [i, payload] of payloads.entries()) {
          const marker = i === payloads.length - 1;
          const packet = writer.write(payload, { rtpTime: place * 3_000, marker });
          expect(packet.length).toBeLessThanOrEqual(1_200);
          const units = depacketizer!.push({ ...parseRtpPacket(packet)!, arrivedMs: 0 });
          read.push(...units.map(({ data }) => Buffer.from(data).toString('hex')));
        }
        const sized = nals.map((nal) => {
          const length = Buffer.alloc(4);
          length.writeUInt32BE(nal.length);
          return Buffer.concat([length, nal]);
        });
        sent.push(Buffer.concat(sized).toString('hex'));
      }
      expect(read).toEqual(sent);
    }),
    { numRuns: fuzzRuns(100) },
  );
});
