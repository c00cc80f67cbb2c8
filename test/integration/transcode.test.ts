import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createLog } from '../../src/common/logger.js';
import { fragment } from '../../src/media/mp4/fragment.js';
import { initSegment } from '../../src/media/mp4/init-segment.js';
import type { AccessUnit } from '../../src/media/codecs/access-unit.js';
import type { Vp8Frame } from '../../src/media/rtp/vp8-depacketizer.js';
import { Vp8Transcoder } from '../../src/hls/transcode/vp8-transcoder.js';
import { ffmpeg, ffmpegBin } from '../support/ffmpeg.js';

const log = createLog({ level: 'silent', format: 'text' });
const FRAME_TICKS = 3_000;
const IVF_HEADER = 32;
const IVF_FRAME_HEADER = 12;

type Video = { size: string; seconds: number; firstTime: number };

/** FFmpeg's test picture at 30 fps, with a key frame every five seconds. */
async function vp8({ size, seconds, firstTime }: Video): Promise<Vp8Frame[]> {
  const source = ['-f', 'lavfi', '-i', `testsrc2=s=${size}:r=30`, '-t', String(seconds)];
  const codec = ['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8', '-b:v', '1M'];
  const ivf = await ffmpeg(
    [...source, ...codec, '-g', '150', '-f', 'ivf', 'pipe:1'],
    new Uint8Array(),
  );
  const [width = 0, height = 0] = size.split('x').map(Number);
  const frames: Vp8Frame[] = [];
  for (let at = IVF_HEADER; at < ivf.length;) {
    const end = at + IVF_FRAME_HEADER + ivf.readUInt32LE(at);
    const data = ivf.subarray(at + IVF_FRAME_HEADER, end);
    const rtpTime = (firstTime + frames.length * FRAME_TICKS) >>> 0;
    const keyFrame = (data[0]! & 1) === 0;
    frames.push({ rtpTime, keyFrame, data, width, height, arrivedMs: 1_000 + frames.length });
    at = end;
  }
  return frames;
}

const decode = (units: readonly AccessUnit[]): Promise<Buffer> => {
  const samples = units.map(({ data, keyFrame }) => ({
    data,
    keyFrame,
    durationTicks: FRAME_TICKS,
  }));
  const parts = [initSegment(units[0]!.config), fragment({ sequence: 1, baseTicks: 0, samples })];
  return ffmpeg(['-i', 'pipe:0', '-f', 'framecrc', 'pipe:1'], Buffer.concat(parts));
};

describe.skipIf(ffmpegBin === '')('Vp8Transcoder', () => {
  const opened: Vp8Transcoder[] = [];
  afterEach(() => {
    for (const transcoder of opened.splice(0)) transcoder.close();
  });

  function start(program = ffmpegBin) {
    const transcoder = new Vp8Transcoder({ program, segmentS: 2, log });
    opened.push(transcoder);
    const units: AccessUnit[] = [];
    transcoder.events.on('unit', (unit) => units.push(unit));
    const until = async (done: () => boolean) => {
      while (!done()) await transcoder.events.once('unit');
    };
    return { transcoder, units, until };
  }

  it('returns every frame as H.264 with its RTP time, across the wrap', async () => {
    const frames = await vp8({ size: '320x180', seconds: 5, firstTime: 2 ** 32 - 100_000 });
    const { transcoder, units, until } = start();
    for (const frame of frames) transcoder.push(frame);
    await until(() => units.length === frames.length);
    expect(units.map(({ rtpTime }) => rtpTime)).toEqual(frames.map(({ rtpTime }) => rtpTime));
    expect(units.map(({ arrivedMs }) => arrivedMs)).toEqual(frames.map((frame) => frame.arrivedMs));
    expect(units[0]!.config).toMatchObject({ codec: 'h264', codecs: 'avc1.4D402A', width: 320 });
    expect((await decode(units)).toString().match(/^0,/gm)).toHaveLength(frames.length);
  });

  it('makes a key frame at the beginning and at every segment target', async () => {
    const frames = await vp8({ size: '160x90', seconds: 5, firstTime: 0 });
    const { transcoder, units, until } = start();
    for (const frame of frames) transcoder.push(frame);
    await until(() => units.length === frames.length);
    const keys = units.flatMap(({ keyFrame }, index) => (keyFrame ? [index] : []));
    expect(keys).toEqual([0, 60, 120]);
    expect(units.every(({ config }) => config === units[0]!.config)).toBe(true);
  });

  it('returns a frame before the next one arrives', async () => {
    const [first] = await vp8({ size: '160x90', seconds: 1, firstTime: 0 });
    const { transcoder, units, until } = start();
    transcoder.push(first!);
    await until(() => units.length === 1);
    expect(units[0]!.keyFrame).toBe(true);
  });

  it('switches to larger frames with a new configuration, and scales smaller ones', async () => {
    const small = await vp8({ size: '160x90', seconds: 1, firstTime: 0 });
    const large = await vp8({ size: '320x180', seconds: 1, firstTime: 90_000 });
    const smallAgain = await vp8({ size: '240x180', seconds: 1, firstTime: 180_000 });
    const { transcoder, units, until } = start();
    for (const frame of [...small, ...large, ...smallAgain]) transcoder.push(frame);
    await until(() => units.length === 90);
    expect(units.map(({ rtpTime }) => rtpTime)).toEqual(units.map((_, i) => i * FRAME_TICKS));
    const widths = units.map(({ config }) => config.kind === 'video' && config.width);
    expect(widths).toEqual([...Array(30).fill(160), ...Array(60).fill(320)]);
    expect(units[30]!.keyFrame).toBe(true);
    expect((await decode(units.slice(30))).toString()).toContain('#dimensions 0: 320x180');
  });

  it('waits for a key frame', async () => {
    const frames = await vp8({ size: '160x90', seconds: 6, firstTime: 0 });
    const { transcoder, units, until } = start();
    for (const frame of frames.slice(10)) transcoder.push(frame);
    await until(() => units.length === 30);
    expect(units[0]!.rtpTime).toBe(150 * FRAME_TICKS);
  });

  it('requests a key frame when FFmpeg dies, and resumes with it', async () => {
    const frames = await vp8({ size: '160x90', seconds: 1, firstTime: 0 });
    const dir = await mkdtemp(join(tmpdir(), 'onair-transcode-'));
    const program = join(dir, 'ffmpeg');
    const half = frames.slice(0, 15).reduce((sum, { data }) => sum + data.length + 12, 32);
    await writeFile(program, `#!/bin/sh\nhead -c ${half} | ${ffmpegBin} "$@"\n`, { mode: 0o700 });
    try {
      const { transcoder, units, until } = start(program);
      for (const frame of frames) transcoder.push(frame);
      await transcoder.events.once('keyFrameNeeded');
      const before = units.length;
      expect(before).toBe(15);
      for (const frame of frames) transcoder.push({ ...frame, rtpTime: frame.rtpTime + 900_000 });
      await until(() => units.length > before);
      expect(units[before]).toMatchObject({ keyFrame: true, rtpTime: 900_000 });
    } finally {
      await rm(dir, { recursive: true });
    }
  });

  it('only requests key frames without FFmpeg', async () => {
    const [first] = await vp8({ size: '160x90', seconds: 1, firstTime: 0 });
    const { transcoder, units } = start('/nowhere/ffmpeg');
    transcoder.push(first!);
    await transcoder.events.once('keyFrameNeeded');
    expect(units).toEqual([]);
  });
});
