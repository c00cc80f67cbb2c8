import { describe, expect, it } from 'vitest';
import { readSegmentName } from './segment-name.js';

const RUN = 'AbCdEfGhIjKlMn_-';

describe('the name of a segment', () => {
  it('is read from its URL, with and without a token, and below a path', () => {
    for (const path of ['/hls/ann', '/hls/ann/~t0-k_n', '/live/hls/ann/~t0-k_n'])
      expect(readSegmentName(`https://a.example${path}/${RUN}/video-2/17.m4s`)).toEqual({
        run: RUN,
        rendition: 'video-2',
        msn: 17,
        digestsUrl: `https://a.example${path}/${RUN}/video-2.digests.json`,
      });
    expect(readSegmentName(`/hls/ann/${RUN}/opus/0.m4s`)).toMatchObject({
      rendition: 'opus',
      msn: 0,
    });
  });

  it('isn’t found in URLs that can’t be shared', () => {
    for (const file of ['video-0/17.3.m4s', 'video-0/init-0.mp4', 'video-0.m3u8', 'text/1.m4s'])
      expect(readSegmentName(`https://a.example/hls/ann/${RUN}/${file}`)).toBeNull();
    expect(readSegmentName(`https://a.example/vod/1/${RUN}/video-0/17.m4s`)).toBeNull();
    expect(readSegmentName('')).toBeNull();
  });
});
