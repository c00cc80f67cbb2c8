import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { PrismaService } from '../../src/db/prisma.service.js';
import type { ClipView } from '../../src/protocol/clip.js';
import type { RecordingView } from '../../src/protocol/recording.js';
import { RecordingKeepers } from '../../src/recordings/recording-keepers.js';
import type { TestApp } from '../support/app.js';
import { hasFfmpegReaders, playWithFfmpeg } from '../support/ffmpeg-reader.js';
import { TestNodes } from '../support/nodes.js';
import { api } from '../support/people.js';
import { RecordedFilm } from '../support/recorded-film.js';
import { S3Server } from '../support/s3-server.js';

const LIMIT = { timeout: 60_000, interval: 100 };
const WHOLE = { from: 'rewind', seconds: 3_600 } as const;
const MINUTE_MS = 60_000;

describe.skipIf(!process.env.TEST_DATABASE_URL || !hasFfmpegReaders)(
  'recordings on several nodes',
  () => {
    let bucket: S3Server;
    let nodes: TestNodes;
    let a: TestApp;
    let b: TestApp;

    beforeAll(async () => {
      bucket = await S3Server.start();
      nodes = await TestNodes.open();
      // A node that stops may hand its broadcast over to the other node, which ends it after the
      // grace period.
      const env = { ...bucket.env, GRACE_SECONDS: '5' };
      a = await nodes.start('a', env);
      b = await nodes.start('b', env);
    }, 120_000);
    afterAll(async () => {
      await nodes.close();
      await bucket.close();
    });

    /** Resolves with a recording as a node shows it, once it can be played there. */
    const playable = (node: TestApp, film: RecordedFilm, id: string) =>
      vi.waitUntil(
        () =>
          api<RecordingView>(node.url, film.owner, 'GET', `/recordings/${id}`).then(
            (one) => one.playlistPath !== null && one,
            () => false as const,
          ),
        LIMIT,
      );

    it('are played, downloaded, clipped and deleted on each node', async () => {
      const film = await RecordedFilm.of(a.url, 'shared');
      const id = await film.send();
      await film.recorded(id, 5_000);
      await film.end();
      const there = await film.finished(id);
      const here = await playable(b, film, id);
      expect(here).toMatchObject({ durationMs: there.durationMs, bytes: there.bytes });
      await playWithFfmpeg(`${b.url}${here.playlistPath}`, WHOLE);
      const [first, second] = await Promise.all(
        [a, b].map(async ({ url }) => (await fetch(`${url}${here.downloadPath}`)).arrayBuffer()),
      );
      expect(Buffer.from(second!).equals(Buffer.from(first!))).toBe(true);
      // FFmpeg makes an image from the first key frame.
      expect((await fetch(`${b.url}${here.thumbnailPath}`)).status).toBe(200);
      const body = { startMs: 1_000, durationMs: 2_000, title: 'From b' };
      const path = `/recordings/${id}/clips`;
      const clip = await api<ClipView>(b.url, film.owner, 'POST', path, body);
      const seen = await vi.waitUntil(
        () => api<ClipView>(a.url, film.owner, 'GET', `/clips/${clip.id}`).catch(() => null),
        LIMIT,
      );
      await playWithFfmpeg(`${a.url}${seen.playlistPath}`, WHOLE);
      await api(b.url, film.owner, 'DELETE', `/recordings/${id}`);
      await vi.waitUntil(
        async () => (await fetch(`${a.url}${there.playlistPath}`)).status === 404,
        LIMIT,
      );
    });

    it('are clipped while they run, on a node that doesn’t record them', async () => {
      const film = await RecordedFilm.of(a.url, 'running');
      const id = await film.send();
      await film.recorded(id, 5_000);
      const path = `/recordings/${id}/clips`;
      const body = { startMs: 1_000, durationMs: 2_000, title: 'From b' };
      const clip = await api<ClipView>(b.url, film.owner, 'POST', path, body);
      expect(clip).toMatchObject({ title: 'From b', durationMs: 2_000, createdBy: 'running' });
      // The clip can be played at once, no matter which node receives the next request.
      for (const { url } of [b, a]) {
        expect(await api(url, film.owner, 'GET', `/clips/${clip.id}`)).toMatchObject({
          id: clip.id,
        });
        await playWithFfmpeg(`${url}${clip.playlistPath}`, WHOLE);
      }
      const later = { startMs: 3_600_000, durationMs: 2_000 };
      await expect(api(b.url, film.owner, 'POST', path, later)).rejects.toThrow(
        /recording_not_ready/,
      );
      await expect(api(b.url, null, 'POST', path, body)).rejects.toThrow(/not_logged_in/);
      await film.end();
    });

    it('are finished by another node if their node ended without announcing it', async () => {
      const film = await RecordedFilm.of(a.url, 'orphan');
      const id = await film.send();
      await film.recorded(id, 4_000);
      // Uploads the journals, as the node regularly does while it records.
      await a.app.get(RecordingKeepers).tend();
      await film.vanish();
      await nodes.stop(a);
      const db = b.app.get(PrismaService);
      await db.recording.update({
        where: { broadcastId: id },
        data: { state: 'RECORDING', durationMs: 0, bytes: 0 },
      });
      await db.broadcast.update({
        where: { id },
        data: { state: 'ENDED', endedAt: new Date(Date.now() - MINUTE_MS) },
      });
      await b.app.get(RecordingKeepers).tend();
      const recording = await playable(b, film, id);
      expect(recording.state).toBe('ready');
      expect(recording.durationMs).toBeGreaterThanOrEqual(4_000);
      await playWithFfmpeg(`${b.url}${recording.playlistPath}`, WHOLE);
    });

    it('do not exist without a bucket', async () => {
      const node = await nodes.start('without-a-bucket');
      const film = await RecordedFilm.of(node.url, 'unrecorded');
      const id = await film.send();
      await film.advancesLive(2);
      await film.end();
      await expect(film.recording(id)).rejects.toThrow(/not found/i);
    });
  },
);
