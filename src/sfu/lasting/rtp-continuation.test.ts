import { expect, it } from 'vitest';
import { fillerBefore, RtpContinuation } from './rtp-continuation.js';

const SSRC = 7;

const packet = (sequence: number, rtpTime: number) => {
  const bytes = Buffer.alloc(20, 1);
  bytes.writeUInt8(0x80, 0);
  bytes.writeUInt8(0xe7, 1);
  bytes.writeUInt16BE(sequence & 0xffff, 2);
  bytes.writeUInt32BE(rtpTime >>> 0, 4);
  return bytes;
};
const sequence = (bytes: Buffer | null) => bytes?.readUInt16BE(2);
const rtpTime = (bytes: Buffer | null) => bytes?.readUInt32BE(4);

it('continues another sender’s clock, with a margin added', () => {
  const stream = new RtpContinuation(SSRC, 90_000, { rtpTime: 0xffff_ff00, atMs: 1_000 });
  expect(stream.hasSent).toBe(false);
  const first = stream.packet(packet(5, 123), 2_000);
  expect(rtpTime(first)).toBe((0xffff_ff00 + 1.1 * 90_000) % 2 ** 32);
  expect(stream.hasSent).toBe(true);
  const second = stream.packet(packet(6, 123 + 3_000), 2_033);
  expect(sequence(second)).toBe((sequence(first)! + 1) & 0xffff);
  expect(rtpTime(second)).toBe(rtpTime(first)! + 3_000);
});

it('keeps the first source’s numbers if nothing was sent before', () => {
  const stream = new RtpContinuation(SSRC, 90_000, null);
  const first = stream.packet(packet(5, 123), 2_000);
  expect([sequence(first), rtpTime(first), first?.readUInt32BE(8)]).toEqual([5, 123, SSRC]);
});

it('continues its own numbers with the next source', () => {
  const stream = new RtpContinuation(SSRC, 48_000, null);
  stream.packet(packet(65_535, 100), 0);
  stream.begin();
  const first = stream.packet(packet(9_000, 7), 1_000);
  expect([sequence(first), rtpTime(first)]).toEqual([0, 100 + 48_000]);
  expect(stream.packet(packet(8_999, 6), 1_001)).toBeNull();
});

it('sends padding of the same stream before a packet', () => {
  const first = packet(0, 99);
  first.writeUInt32BE(SSRC, 8);
  const filler = fillerBefore(first);
  expect([...filler]).toEqual([0xa0, 0x67, 0xff, 0xff, 0, 0, 0, 99, 0, 0, 0, SSRC, 0, 0, 0, 4]);
});
