import type { ArrivedPacket } from '../../src/media/rtp/rtp-packet.js';

/*
 * Puts hand-made units into RTP payloads, as senders do. Tests of the depacketizers extract them
 * again.
 */

export const hex = (text: string): Uint8Array =>
  Uint8Array.from(Buffer.from(text.replaceAll(/\s/g, ''), 'hex'));
export const concat = (...parts: (Uint8Array | readonly number[])[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => [...part]));

/** Returns a packet with these fields. */
export const packetOf = (fields: Partial<ArrivedPacket>): ArrivedPacket => ({
  sequenceNumber: 0,
  rtpTime: 0,
  ssrc: 1,
  marker: false,
  payloadType: 96,
  payload: new Uint8Array(),
  arrivedMs: 0,
  ...fields,
});

/**
 * Turns the payloads of units into packets. Units are 3000 ticks and 33 ms apart, and the last
 * packet of each has the marker bit.
 */
export function packetsOf(
  units: readonly (readonly Uint8Array[])[],
  firstSequenceNumber = 0,
): ArrivedPacket[] {
  const packets = units.flatMap((payloads, unit) =>
    payloads.map((payload, i) =>
      packetOf({
        payload,
        marker: i === payloads.length - 1,
        rtpTime: (unit + 1) * 3000,
        arrivedMs: unit * 33,
      }),
    ),
  );
  return packets.map((packet, i) => ({
    ...packet,
    sequenceNumber: (firstSequenceNumber + i) & 0xffff,
  }));
}

const chunksOf = (bytes: Uint8Array, size: number): Uint8Array[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    bytes.subarray(i * size, (i + 1) * size),
  );

/** The payload that aggregates NAL units (RFC 6184, section 5.7.1). */
export const stapA = (...nals: Uint8Array[]): Uint8Array =>
  concat([0x78], ...nals.map((nal) => concat([nal.length >> 8, nal.length & 0xff], nal)));

/** The fragments of a NAL unit (RFC 6184, section 5.8). */
export function fuA(nal: Uint8Array, size = 1000): Uint8Array[] {
  const [header = 0] = nal;
  const chunks = chunksOf(nal.subarray(1), size);
  return chunks.map((chunk, i) => {
    const flags = (i === 0 ? 0x80 : 0) | (i === chunks.length - 1 ? 0x40 : 0);
    return concat([(header & 0xe0) | 28, flags | (header & 0x1f)], chunk);
  });
}

/** The payloads of a VP8 frame (RFC 7741) with a 15-bit picture id. */
export const vp8Payloads = (frame: Uint8Array, size = 1000): Uint8Array[] =>
  chunksOf(frame, size).map((chunk, i) => concat([i === 0 ? 0x90 : 0x80, 0x80, 0x81, 0x23], chunk));

/** The payloads of a VP9 frame (RFC 9628) with a 15-bit picture id, in non-flexible mode. */
export function vp9Payloads(
  frame: Uint8Array,
  { interPredicted = false, size = 1000 } = {},
): Uint8Array[] {
  const chunks = chunksOf(frame, size);
  return chunks.map((chunk, i) => {
    const ends = (i === 0 ? 0x08 : 0) | (i === chunks.length - 1 ? 0x04 : 0);
    return concat([0x80 | (interPredicted ? 0x40 : 0) | ends, 0x81, 0x23], chunk);
  });
}

/**
 * The payloads of an AV1 temporal unit, one OBU element per packet (W = 1); OBUs have no size
 * fields.
 */
export function av1Payloads(
  obus: readonly Uint8Array[],
  { startsSequence = false, size = 1000 } = {},
): Uint8Array[] {
  return obus.flatMap((obu, o) => {
    const chunks = chunksOf(obu, size);
    return chunks.map((chunk, i) => {
      const z = i > 0 ? 0x80 : 0;
      const y = i < chunks.length - 1 ? 0x40 : 0;
      const n = startsSequence && o === 0 && i === 0 ? 0x08 : 0;
      return concat([z | y | 0x10 | n], chunk);
    });
  });
}
