import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readRtpDump, readUnitHashes } from '../../../test/support/rtp-dump.js';
import type { AccessUnit } from '../codecs/access-unit.js';
import { createDepacketizer } from './create-depacketizer.js';
import type { Depacketizer } from './depacketizer.js';
import { isLoss, ReorderBuffer } from './reorder-buffer.js';
import { parseRtpPacket, type ArrivedPacket } from './rtp-packet.js';
import { createVp8Depacketizer } from './vp8-depacketizer.js';

const create = (mimeType: string): Depacketizer =>
  createDepacketizer({ mimeType, clockRate: 90_000, channels: 1, parameters: {} })!;

/** Processes packets as the packager does: in order, with losses reported. */
function unitsOf<Unit>(
  packets: readonly ArrivedPacket[],
  depacketizer: Depacketizer<Unit>,
): Unit[] {
  const buffer = new ReorderBuffer({ maxWaitMs: 200, maxPackets: 500 });
  const ordered = packets.flatMap((packet) => buffer.push(packet));
  return [...ordered, ...buffer.flush()].flatMap((item) => {
    if (!isLoss(item)) return depacketizer.push(item);
    depacketizer.lost();
    return [];
  });
}

const hashesOf = (units: readonly { data: Uint8Array }[]): string[] =>
  units.map(({ data }) => createHash('md5').update(data).digest('hex'));
const keysOf = (units: readonly { keyFrame: boolean }[]): number[] =>
  units.flatMap((unit, i) => (unit.keyFrame ? [i] : []));

describe('recorded RTP', () => {
  it.each([
    ['ffmpeg-h264', 'video/H264', [0, 15], 'avc1.64000A', 192, 108],
    ['chromium-vp9', 'video/VP9', [0, 24], 'vp09.00.20.08', 320, 240],
    ['chromium-av1', 'video/AV1', [0, 1, 11, 24], 'av01.0.00M.08', 320, 240],
  ])('restores the encoded frames: %s', (name, mimeType, keys, codecs, width, height) => {
    const units = unitsOf(readRtpDump(name), create(mimeType));
    expect(hashesOf(units)).toEqual(readUnitHashes(name));
    expect(keysOf(units)).toEqual(keys);
    expect(new Set(units.map((unit) => unit.config)).size).toBe(1);
    expect(units[0]?.config).toMatchObject({ kind: 'video', codecs, width, height });
  });

  // The records that FFmpeg's MP4 muxer writes for the same streams.
  it.each([
    [
      'ffmpeg-h264',
      'video/H264',
      '0164000affe100196764000aacb2061ff78088000003000800000300f07891324001000668ebc132c8b0fdf8f800',
    ],
    ['chromium-vp9', 'video/VP9', '010000000014820202020000'],
    ['chromium-av1', 'video/AV1', '81000c000a0a000000043cffbc01a008'],
  ])('writes the same configuration record as FFmpeg: %s', (name, mimeType, record) => {
    const [unit] = unitsOf(readRtpDump(name), create(mimeType));
    expect(Buffer.from(unit!.config.record).toString('hex')).toBe(record);
  });

  it('restores the encoded frames: chromium-vp8', () => {
    const units = unitsOf(readRtpDump('chromium-vp8'), createVp8Depacketizer());
    expect(hashesOf(units)).toEqual(readUnitHashes('chromium-vp8'));
    expect(keysOf(units)).toEqual([0, 24]);
    expect(units.every(({ width, height }) => width === 320 && height === 240)).toBe(true);
  });

  it('restores the encoded packets: ffmpeg-opus', () => {
    const units = unitsOf(readRtpDump('ffmpeg-opus'), create('audio/opus'));
    expect(hashesOf(units)).toEqual(readUnitHashes('ffmpeg-opus'));
  });

  it.each([
    ['ffmpeg-h264', 'video/H264'],
    ['chromium-vp9', 'video/VP9'],
    ['chromium-av1', 'video/AV1'],
  ])('emits only complete units, whichever packet is lost: %s', (name, mimeType) => {
    const packets = readRtpDump(name);
    const whole = unitsOf(packets, create(mimeType));
    const rank = new Map(hashesOf(whole).map((hash, i) => [hash, i]));
    for (const lost of packets.keys()) {
      const units = unitsOf(packets.toSpliced(lost, 1), create(mimeType));
      const places = hashesOf(units).map((hash) => rank.get(hash));
      // A gap in the output ends at a key frame.
      for (const [i, place] of places.entries()) {
        const follows = place === (places[i - 1] ?? -1) + 1 && i > 0;
        expect(place !== undefined && (follows || units[i]!.keyFrame)).toBe(true);
      }
    }
  });
});

describe("a six-second recording of Chromium's simulcast", () => {
  type Line = { track: string; kind?: string; layer?: number; t: number; rtp?: string };

  function layers(): Map<number, ArrivedPacket[]> {
    const path = new URL(
      '../../../test/fixtures/rtp/chromium-h264-simulcast.jsonl.gz',
      import.meta.url,
    );
    const lines = gunzipSync(readFileSync(path))
      .toString()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
    const video = lines.find((line) => line.kind === 'video')?.track;
    const packets = lines
      .filter((line) => line.track === video && line.rtp !== undefined)
      .map(({ layer = 0, t, rtp = '' }) => {
        return { layer, packet: { ...parseRtpPacket(Buffer.from(rtp, 'base64'))!, arrivedMs: t } };
      });
    const byLayer = new Map<number, ArrivedPacket[]>();
    for (const { layer, packet } of packets)
      byLayer.set(layer, [...(byLayer.get(layer) ?? []), packet]);
    return byLayer;
  }

  it('contains layers of different sizes with aligned key frames', () => {
    const units = [...layers()]
      .toSorted(([a], [b]) => a - b)
      .map(([, packets]): AccessUnit[] => unitsOf(packets, create('video/H264')));
    expect(units.map(([unit]) => unit?.config)).toMatchObject([
      { codecs: 'avc1.42C015', width: 320, height: 180 },
      { codecs: 'avc1.42C01F', width: 640, height: 360 },
      { codecs: 'avc1.42C020', width: 1280, height: 720 },
    ]);
    expect(units.map((layer) => new Set(layer.map(({ config }) => config)).size)).toEqual([
      1, 1, 1,
    ]);
    expect(units.map((layer) => keysOf(layer).length)).toEqual([2, 2, 2]);
    expect(Math.min(...units.map((layer) => layer.length))).toBeGreaterThan(170);
  });
});
