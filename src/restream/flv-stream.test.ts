import { beforeEach, expect, it } from 'vitest';
import { H264 } from '../../test/support/h264-config.js';
import type { TimedSample } from '../broadcast/ports/samples.js';
import { AAC_CONFIG } from '../media/codecs/aac-format.js';
import { readAudioTag } from '../media/flv/audio-tag.js';
import { readVideoTag } from '../media/flv/video-tag.js';
import { type FlvMessage, FlvStream } from './flv-stream.js';

let sent: FlvMessage[];
let backlogMs: number;
let stream: FlvStream;
beforeEach(() => {
  sent = [];
  backlogMs = 0;
  stream = new FlvStream({ send: (message) => sent.push(message), backlogMs: () => backlogMs });
});

function picture(timeMs: number, change: Partial<TimedSample> = {}): void {
  const data = Uint8Array.of(0, 0, 0, 1, 9);
  const usual = { kind: 'video', compositionMs: 0, keyFrame: false, data, config: H264 } as const;
  stream.push({ ...usual, timeMs, ...change }, true);
}

function sound(timeMs: number, hasVideo = true): void {
  const frame = { compositionMs: 0, keyFrame: true, data: Uint8Array.of(7), config: AAC_CONFIG };
  stream.push({ kind: 'audio', timeMs, ...frame }, hasVideo);
}

const said = () =>
  sent.map(({ type, timeMs, payload }) => [
    timeMs,
    type === 9 ? readVideoTag(payload).type : readAudioTag(payload).type,
  ]);

it('begins with both configurations and a key frame', () => {
  sound(90);
  picture(100);
  picture(133, { keyFrame: true });
  sound(140);
  picture(166);
  expect(said()).toEqual([
    [0, 'config'],
    [0, 'picture'],
    [7, 'config'],
    [7, 'frame'],
    [33, 'picture'],
  ]);
});

it('sends audio alone if there is no video', () => {
  sound(500, false);
  sound(521, false);
  expect(said()).toEqual([
    [0, 'config'],
    [0, 'frame'],
    [21, 'frame'],
  ]);
});

it('sends a new configuration before the first picture that needs it', () => {
  picture(0, { keyFrame: true });
  picture(33, { keyFrame: true, config: { ...H264, width: 640 } });
  expect(said().map(([, type]) => type)).toEqual(['config', 'picture', 'config', 'picture']);
});

it('shows B-frames at the packager’s times, without negative offsets', () => {
  // In decoding order: I P B B, P B B. The packager's key frames have no offset.
  const shown = [0, 100, 33, 67, 200, 133, 167];
  for (const [index, shownMs] of shown.entries()) {
    const timeMs = (index * 100) / 3;
    picture(timeMs, { keyFrame: index === 0, compositionMs: shownMs - timeMs });
  }
  const pictures = sent.slice(1).map(({ timeMs, payload }) => {
    const tag = readVideoTag(payload);
    return { timeMs, offsetMs: tag.type === 'picture' ? tag.compositionMs : NaN };
  });
  const times = pictures.map(({ timeMs }) => timeMs);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(new Set(times).size).toBe(times.length);
  expect(Math.min(...pictures.map(({ offsetMs }) => offsetMs))).toBeGreaterThanOrEqual(0);
  const errors = pictures.map(({ timeMs, offsetMs }, i) => timeMs + offsetMs - (shown[i] ?? NaN));
  // From the first B-frame on, it is known how much earlier pictures must be decoded.
  expect(Math.max(...errors.map(Math.abs))).toBeLessThanOrEqual(1);
  expect(errors.slice(4)).toEqual([0, 0, 0]);
});

it('drops everything up to a key frame while too much is waiting', () => {
  picture(0, { keyFrame: true });
  backlogMs = 3_001;
  picture(33);
  sound(40);
  picture(2_000, { keyFrame: true });
  backlogMs = 900;
  picture(2_033);
  sound(2_040);
  picture(4_000, { keyFrame: true });
  sound(4_010);
  expect(said().map(([timeMs]) => timeMs)).toEqual([0, 0, 4_000, 4_010, 4_010]);
  expect(stream.dropped).toBe(1);
});
