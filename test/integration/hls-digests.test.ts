import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HlsScene, type Reply, stored } from '../support/hls-scene.js';

let scene: HlsScene;
beforeAll(async () => {
  scene = await HlsScene.open();
});
afterAll(() => scene.close());

const listed = ({ text }: Reply) =>
  (JSON.parse(text) as { segments: Record<string, string> }).segments;

describe('digests of segments', () => {
  it('match the bytes that are served', async () => {
    const { at, media } = scene.live();
    media.segments(3);
    const digests = await scene.fetchPath(`${at}/video-0.digests.json`);
    expect(digests.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(digests.headers['cache-control']).toBe('public, max-age=0, s-maxage=1');
    expect(Object.keys(listed(digests))).toEqual(['0', '1', '2']);
    for (const [msn, digest] of Object.entries(listed(digests))) {
      const { bytes } = await scene.fetchPath(`${at}/video-0/${msn}.m4s`);
      expect(createHash('sha256').update(bytes).digest('base64url')).toBe(digest);
    }
    const etag = digests.headers.etag!;
    const again = await scene.fetchPath(`${at}/video-0.digests.json`, {
      headers: { 'if-none-match': etag },
    });
    expect(again.status).toBe(304);
    media.segment();
    const next = await scene.fetchPath(`${at}/video-0.digests.json`);
    expect(next.headers.etag).not.toBe(etag);
    expect(Object.keys(listed(next))).toEqual(['0', '1', '2', '3']);
  });

  it('omit gaps, the segment that isn’t finished, and all but the newest', async () => {
    const { at, media } = scene.live();
    const digests = async () => listed(await scene.fetchPath(`${at}/video-0.digests.json`));
    expect(await digests()).toEqual({});
    media.segment();
    media.gap();
    media.segment();
    media.start();
    media.part({ independent: true });
    expect(Object.keys(await digests())).toEqual(['0', '2']);
    media.end();
    for (let count = 0; count < 40; count += 1) {
      media.segment();
      await digests();
    }
    const numbers = Object.keys(await digests()).map(Number);
    expect(numbers).toHaveLength(30);
    expect(numbers.at(-1)).toBe(43);
  });

  it('remain after a segment has been removed from memory, but aren’t computed from files', async () => {
    const { run, at, media } = scene.live();
    const digests = async () => listed(await scene.fetchPath(`${at}/video-0.digests.json`));
    media.segments(2);
    const early = await digests();
    media.segments(10);
    await stored(run, 3);
    media.segments(2);
    expect(run.renditions.get('video-0')!.segment(1)!.inMemory).toBe(false);
    const late = await digests();
    expect(late).toMatchObject(early);
    expect(late).toHaveProperty('13');
    expect(late).not.toHaveProperty('3');
  });

  it('don’t exist for an unknown rendition', async () => {
    const { at } = scene.live();
    expect((await scene.fetchPath(`${at}/video-2.digests.json`)).status).toBe(404);
  });
});
