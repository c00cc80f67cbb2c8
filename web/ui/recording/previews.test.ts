import { describe, expect, it } from 'vitest';
import { parsePreviews, previewAt } from './previews.js';

const BASE = 'https://live.example/hls/recordings/7/~token/thumbnails.vtt';
const VTT = `WEBVTT

00:00.000 --> 00:10.000
thumbnails/0.jpg

2
00:00:10.000 --> 00:00:20.500 align:start
thumbnails/1.jpg

NOTE nothing to see

100:00:20.500 --> 100:00:30.000
../x.jpg
`;

describe('parsePreviews', () => {
  it('parses times with and without hours, and resolves URLs relative to the file', () => {
    expect(parsePreviews(VTT, BASE)).toEqual([
      {
        startMs: 0,
        endMs: 10_000,
        url: 'https://live.example/hls/recordings/7/~token/thumbnails/0.jpg',
      },
      {
        startMs: 10_000,
        endMs: 20_500,
        url: 'https://live.example/hls/recordings/7/~token/thumbnails/1.jpg',
      },
      {
        startMs: 360_020_500,
        endMs: 360_030_000,
        url: 'https://live.example/hls/recordings/7/x.jpg',
      },
    ]);
  });

  it('parses CRLF line endings', () => {
    expect(parsePreviews(VTT.replaceAll('\n', '\r\n'), BASE)).toHaveLength(3);
  });

  it.each([
    ['no time', 'WEBVTT\n\nhello'],
    ['no picture', 'WEBVTT\n\n00:00.000 --> 00:10.000'],
    ['a wrong time', 'WEBVTT\n\n00:61.000 --> 01:10.000\na.jpg'],
    ['another origin', 'WEBVTT\n\n00:00.000 --> 00:10.000\nhttps://evil.example/a.jpg'],
  ])('omits a cue with %s', (_what, text) => {
    expect(parsePreviews(text, BASE)).toEqual([]);
  });
});

describe('previewAt', () => {
  const previews = [0, 10_000, 30_000].map((startMs) => ({
    startMs,
    endMs: startMs + 10_000,
    url: `${startMs}`,
  }));

  it.each([
    [0, '0'],
    [9_999, '0'],
    [10_000, '10000'],
    [25_000, '10000'],
    [99_000, '30000'],
  ])('at %i ms is the last preview that has begun: %s', (positionMs, url) => {
    expect(previewAt(previews, positionMs)?.url).toBe(url);
  });

  it('is the first preview at any earlier position, and null if there are no previews', () => {
    expect(previewAt(previews.slice(1), 0)?.url).toBe('10000');
    expect(previewAt([], 0)).toBeNull();
  });
});
