import { afterEach, describe, expect, it } from 'vitest';
import { createLog } from '../../src/common/logger.js';
import { findFfmpeg } from '../../src/media/ffmpeg/find-ffmpeg.js';
import { runFfmpeg } from '../../src/media/ffmpeg/run-ffmpeg.js';
import type { AccessUnit } from '../../src/media/codecs/access-unit.js';
import { FlvReader, TAG } from '../../src/media/flv/flv-file.js';
import { readVideoTag } from '../../src/media/flv/video-tag.js';
import { createDepacketizer } from '../../src/media/rtp/create-depacketizer.js';
import { jpegSize } from '../../src/hls/thumbnail/jpeg.js';
import { Thumbnail } from '../../src/hls/thumbnail/thumbnail.js';
import { Thumbnailer } from '../../src/hls/thumbnail/thumbnailer.js';
import { ffmpeg, ffmpegBin } from '../support/ffmpeg.js';
import { readRtpDump } from '../support/rtp-dump.js';

const log = createLog({ level: 'silent', format: 'text' });
const BOUNDS = { bytes: 60_000, side: 640 };
const NOTHING = new Uint8Array();

/** Returns the first key frame of a recorded stream. */
function recorded(name: string, mimeType: string): AccessUnit {
  const depacketizer = createDepacketizer({
    mimeType,
    clockRate: 90_000,
    channels: 1,
    parameters: {},
  });
  const units = readRtpDump(name).flatMap((packet) => depacketizer!.push(packet));
  return units.find(({ keyFrame }) => keyFrame)!;
}

/** Encodes an image from an FFmpeg source as H.264. */
async function h264(source: string, width: number, height: number): Promise<AccessUnit> {
  const input = ['-f', 'lavfi', '-i', source, '-frames:v', '1', '-pix_fmt', 'yuv420p'];
  const flv = await ffmpeg(
    [...input, '-c:v', 'libx264', '-flvflags', 'no_duration_filesize', '-f', 'flv', 'pipe:1'],
    NOTHING,
  );
  const tags = new FlvReader().push(flv).filter(({ type }) => type === TAG.video);
  const [config, picture] = tags.map(({ body }) => readVideoTag(body));
  if (config?.type !== 'config' || picture?.type !== 'picture') throw new Error('no picture');
  const { record } = config;
  return {
    rtpTime: 0,
    keyFrame: true,
    data: picture.data,
    config: { kind: 'video', codec: 'h264', codecs: 'avc1.64001F', width, height, record },
    arrivedMs: 50_000,
  };
}

describe.skipIf(ffmpegBin === '')('with FFmpeg', () => {
  const thumbnailer = new Thumbnailer(ffmpegBin);

  it.each([
    ['ffmpeg-h264', 'video/H264', { width: 192, height: 108 }],
    ['chromium-vp9', 'video/VP9', { width: 320, height: 240 }],
    ['chromium-av1', 'video/AV1', { width: 320, height: 240 }],
  ])('makes a JPEG of a key frame: %s', async (name, mimeType, size) => {
    const jpeg = await thumbnailer.decode(recorded(name, mimeType));
    expect(jpegSize(jpeg, BOUNDS)).toEqual(size);
    // A second opinion: FFmpeg decodes it, and it isn't a gray rectangle.
    const grey = await ffmpeg(
      [
        '-v',
        'error',
        '-f',
        'mjpeg',
        '-i',
        'pipe:0',
        '-f',
        'rawvideo',
        '-pix_fmt',
        'gray',
        'pipe:1',
      ],
      jpeg,
    );
    expect(grey).toHaveLength(size.width * size.height);
    expect(new Set(grey).size).toBeGreaterThan(50);
  });

  it('scales down large pictures, including noise', async () => {
    const noise = 'nullsrc=s=1280x720,geq=random(1)*255:128:128';
    const jpeg = await thumbnailer.decode(await h264(noise, 1280, 720));
    expect(jpegSize(jpeg, BOUNDS)).toEqual({ width: 640, height: 360 });
    const portrait = await thumbnailer.decode(await h264('testsrc2=s=720x1280', 720, 1280));
    expect(jpegSize(portrait, { ...BOUNDS, side: 1_280 })).toEqual({ width: 640, height: 1_138 });
  });

  it('reports FFmpeg’s error for a picture that cannot be decoded', async () => {
    const unit = await h264('testsrc2=s=320x180', 320, 180);
    await expect(
      thumbnailer.decode({ ...unit, data: new Uint8Array(300).fill(7) }),
    ).rejects.toThrow(/FFmpeg failed/);
  });

  it('kills a process that takes too long', async () => {
    const run = runFfmpeg({
      program: ffmpegBin,
      inputArgs: ['-re', '-f', 'lavfi', '-i', 'testsrc2'],
      outputArgs: ['-f', 'null', '-'],
      input: [],
      timeoutMs: 200,
      outputMax: 1,
    });
    await expect(run).rejects.toThrow(/too long/);
  });

  it('rejects more output than expected', async () => {
    const run = runFfmpeg({
      program: ffmpegBin,
      inputArgs: ['-f', 'lavfi', '-i', 'testsrc2'],
      outputArgs: ['-f', 'rawvideo', 'pipe:1'],
      input: [],
      timeoutMs: 9_000,
      outputMax: 9,
    });
    await expect(run).rejects.toThrow(/more than/);
  });

  it('is found by its path', async () => {
    expect(await findFfmpeg(ffmpegBin, log)).toBe(ffmpegBin);
  });

  describe('Thumbnail', () => {
    const open: Thumbnail[] = [];
    afterEach(() => {
      for (const thumbnail of open.splice(0)) thumbnail.close();
    });
    const start = () => {
      let decoded = 0;
      const counting = {
        decode: (unit: AccessUnit) => {
          decoded += 1;
          return thumbnailer.decode(unit);
        },
      };
      const thumbnail = new Thumbnail(counting, log);
      open.push(thumbnail);
      return { thumbnail, decoded: () => decoded };
    };
    const taken = async (thumbnail: Thumbnail, before: string | null = null) => {
      while ((thumbnail.picture?.version ?? null) === before)
        await thumbnail.events.once('changed');
      return thumbnail.picture!;
    };

    it('decodes the first key frame, and the next one when the thumbnail is ten seconds old', async () => {
      const { thumbnail, decoded } = start();
      const unit = await h264('testsrc2=s=320x180', 320, 180);
      thumbnail.offer({ ...unit, keyFrame: false });
      expect(decoded()).toBe(0);
      thumbnail.offer(unit);
      thumbnail.offer({ ...unit, arrivedMs: unit.arrivedMs + 20_000 }); // already running
      expect(decoded()).toBe(1);
      const { version } = await taken(thumbnail);
      thumbnail.offer({ ...unit, arrivedMs: unit.arrivedMs + 9_999 });
      expect(decoded()).toBe(1);
      thumbnail.offer({ ...unit, arrivedMs: unit.arrivedMs + 10_000 });
      expect(decoded()).toBe(2);
      expect((await taken(thumbnail, version)).version).not.toBe(version);
    });

    it('needs none from the publisher', async () => {
      const { thumbnail } = start();
      expect(thumbnail.wantsJpegs).toBe(false);
      const unit = await h264('testsrc2=s=320x180', 320, 180);
      thumbnail.offerJpeg(await thumbnailer.decode(unit), unit.arrivedMs);
      expect(thumbnail.picture).toBeNull();
    });
  });
});

describe('without FFmpeg', () => {
  it('is not found if FFMPEG_BIN is wrong', async () => {
    expect(await findFfmpeg('/nowhere/ffmpeg', log)).toBeNull();
    // A program other than FFmpeg.
    expect(await findFfmpeg(process.execPath, log)).toBeNull();
  });
});
