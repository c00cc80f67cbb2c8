import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BroadcastFiles } from '../../src/hls/run/broadcast-files.js';
import { SegmentStore } from '../../src/hls/run/segment-store.js';
import { createLog } from '../../src/common/logger.js';
import { HlsScene, stored, waiting } from '../support/hls-scene.js';

/** Waits for pending writes, which complete in order. */
async function settled(files: BroadcastFiles): Promise<void> {
  await files.write('nothing', 0, () => null);
}

let scene: HlsScene;
beforeAll(async () => {
  scene = await HlsScene.open();
});
afterAll(() => scene.close());

describe('the rewind window', () => {
  const sequence = (text: string) => Number(/MEDIA-SEQUENCE:(\d+)/.exec(text)![1]);

  it('deletes segments by age, after a grace period, with their files', async () => {
    const { run, media, at, playlist, files } = scene.live({ env: { HLS_REWIND_MINUTES: '0.5' } });
    media.segment({ discontinuity: true });
    media.segments(14);
    await stored(run, 0);
    expect(sequence((await playlist()).text)).toBe(0);
    media.segments(2);
    // 34 s were written, and viewers can rewind to the last 30 s.
    const { text } = await playlist();
    expect(sequence(text)).toBe(1);
    expect(text).toContain('#EXT-X-DISCONTINUITY-SEQUENCE:1');
    expect((await scene.fetchPath(`${at}/video-0/0.m4s`)).status).toBe(200);
    media.segments(20);
    expect((await scene.fetchPath(`${at}/video-0/0.m4s`)).status).toBe(404);
    const folder = join(
      scene.server.dataDir,
      'hls',
      `broadcast-of-${at.split('/')[2]}`,
      run.id,
      'video-0',
    );
    await expect.poll(() => readdir(folder)).not.toContain('0.m4s');
    await expect.poll(() => readdir(folder)).toContain('36.m4s');
    expect(await readdir(folder)).toContain('init-0.mp4');
    expect(files.bytes).toBeLessThan(35 * 2 * 6_100 + 2_000);
  });

  it('stays within its disk limit: deletes the oldest segments across all renditions', async () => {
    const { media, files, at, playlist } = scene.live({ diskMaxBytes: 1_000_000 });
    for (let count = 0; count < 30; count += 1) {
      media.segment({ byteLength: 10_000 });
      await settled(files);
      expect(files.bytes).toBeLessThanOrEqual(1_000_000);
    }
    const { text } = await playlist();
    expect(sequence(text)).toBeGreaterThan(18);
    expect(sequence(text)).toBeLessThan(26);
    expect((await scene.fetchPath(`${at}/video-0/${sequence(text)}.m4s`)).status).toBe(200);
    expect((await scene.fetchPath(`${at}/video-0/5.m4s`)).status).toBe(404);
    expect((await scene.fetchPath(`${at}/opus.m3u8`)).text).toContain(
      `MEDIA-SEQUENCE:${sequence(text)}`,
    );
  });

  it('shrinks when the disk fails, logs it once, and live playback continues in bounded memory', async () => {
    const { run, files, media, at, playlist } = scene.live();
    const warnings = scene.server.warnings.length;
    // A file where the folder should be.
    await writeFile(join(scene.server.dataDir, 'hls', `broadcast-of-${at.split('/')[2]}`), '');
    for (let count = 0; count < 40; count += 1) {
      media.segment({ byteLength: 10_000 });
      await settled(files);
    }
    expect(scene.server.warnings.slice(warnings)).toEqual([expect.stringContaining('disk')]);
    const { text } = await playlist();
    expect(sequence(text)).toBeGreaterThan(25);
    expect(sequence(text)).toBeLessThan(36);
    for (const msn of [sequence(text), 39])
      expect((await scene.fetchPath(`${at}/video-0/${msn}.m4s`)).status).toBe(200);
    expect(run.memoryBytes).toBeLessThan(12 * 2 * 60_000);
  });

  it('is not needed for live playback if the disk is too slow: memory stays bounded at 50 Mb/s', async () => {
    const { run, media, at } = scene.live({ limits: { memoryBytes: 20_000_000 } });
    // Nothing is awaited, so nothing is written, as on a disk that never responds. The total is 50
    // Mb/s.
    for (let count = 0; count < 20; count += 1) {
      media.segment({ byteLength: 1_041_666 });
      expect(run.memoryBytes).toBeLessThanOrEqual(20_000_000);
    }
    const { status, bytes } = await scene.fetchPath(`${at}/video-0/19.m4s`);
    expect([status, bytes.length]).toEqual([200, 6 * 1_041_666]);
    expect(run.renditions.get('video-0')!.segments.length).toBeLessThan(5);
  });

  it('skips a segment that is too large to keep', async () => {
    const { run, media, playlist } = scene.live({ limits: { memoryBytes: 1_000_000 } });
    media.segment();
    await stored(run, 0);
    media.start();
    for (let part = 0; part < 30; part += 1) {
      media.part({ byteLength: 100_000 });
      expect(run.memoryBytes).toBeLessThanOrEqual(1_000_000);
    }
    media.end();
    media.segment();
    expect((await playlist()).text).toMatch(/#EXT-X-GAP\n#EXTINF:10\.00000,\nvideo-0\/1\.m4s/);
  });

  it('is deleted with the run, and an earlier process’s remains at the next start', async () => {
    const { run, media, at, base } = scene.live();
    media.segments(5);
    await stored(run, 4);
    const folder = join(scene.server.dataDir, 'hls', `broadcast-of-${at.split('/')[2]}`);
    expect(await readdir(folder)).toEqual([run.id]);
    run.close();
    run.close();
    await expect.poll(() => readdir(folder)).toEqual([]);
    expect((await scene.fetchPath(`${base}/${run.id}/video-0/4.m4s`)).status).toBe(404);
    expect(run.memoryBytes).toBe(0);
    const dataDir = join(scene.server.dataDir, 'other');
    const log = createLog({ level: 'silent', format: 'text' });
    const first = await SegmentStore.create({ dataDir, log });
    await first.open('left-over', 1_000).write('run/video-0/0.m4s', 3, () => Buffer.from('abc'));
    expect(await readdir(first.folder)).toEqual(['left-over']);
    const next = await SegmentStore.create({ dataDir, log });
    expect(await readdir(next.folder)).toEqual([]);
  });
});

describe('monitoring', () => {
  it('counts requests, bytes, waiting requests, memory and disk use', async () => {
    const { run, media, playlist, at } = scene.live();
    media.segment();
    await scene.fetchPath(`${at}/video-0/0.m4s`);
    const blocked = playlist('?_HLS_msn=1');
    await waiting(run, 1);
    const { body } = await scene.server.metrics.text();
    expect(body).toMatch(/^onair_hls_requests_total\{what="segment"\} [1-9]/m);
    expect(body).toMatch(/^onair_hls_requests_total\{what="refused"\} \d/m);
    expect(body).toMatch(/^onair_hls_sent_bytes_total [1-9]/m);
    expect(body).toMatch(/^onair_hls_waiting_requests [1-9]/m);
    expect(body).toMatch(/^onair_hls_memory_bytes [1-9]/m);
    expect(body).toMatch(/^onair_hls_disk_bytes \d/m);
    run.end();
    await blocked;
  });
});
