import { expect, it } from 'vitest';
import { transcodingText } from './transcoding-text.js';

it.each([
  [[], false, null],
  [['360p'], false, 'Transcoding to 360p'],
  [['720p', '360p'], false, 'Transcoding to 720p and 360p'],
  [[], true, 'Transcoding for WebRTC to remove B-frames'],
  [['720p', '360p'], true, 'Transcoding to 720p and 360p, and for WebRTC to remove B-frames'],
])('of %j, with WebRTC: %j', (transcoded, transcodedForWebRtc, text) => {
  expect(transcodingText({ transcoded, transcodedForWebRtc })).toBe(text);
});
