import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { RestreamTarget } from '../../src/protocol/restream.js';
import type { TestApp } from '../support/app.js';
import { hasFfmpegReaders } from '../support/ffmpeg-reader.js';
import { hasNginxRtmp, NginxRtmp } from '../support/nginx-rtmp.js';
import { TestNodes } from '../support/nodes.js';
import { api } from '../support/people.js';
import { RecordedFilm } from '../support/recorded-film.js';
import { ServerProcess } from '../support/server-process.js';

const LIMIT = { timeout: 60_000, interval: 100 };
const KEY = 'live_secret-key';
const SETTINGS = { GRACE_SECONDS: '30', WEBHOOK_ALLOWED_NETWORKS: '127.0.0.1' };

describe.skipIf(!process.env.TEST_DATABASE_URL || !hasFfmpegReaders || !hasNginxRtmp)(
  'a restream on several nodes',
  () => {
    let nodes: TestNodes;
    let origin: ServerProcess;
    let other: TestApp;

    beforeAll(async () => {
      nodes = await TestNodes.open();
      other = await nodes.start('other', SETTINGS);
      const env = { ...(await nodes.settings('origin')), ...SETTINGS, RTC_WORKERS: '1' };
      origin = await ServerProcess.start(env);
    }, 120_000);
    afterAll(async () => {
      await origin?.close();
      await nodes.close();
    });

    it('is sent by the new origin when the first one is killed', { timeout: 180_000 }, async () => {
      const target = await NginxRtmp.create();
      onTestFinished(() => target.close());
      await target.start();
      const film = await RecordedFilm.of(other.url, 'restreamed');
      onTestFinished(() => film.vanish());
      const path = `/channels/${film.channel}/restream`;
      const body = { name: 'A service', url: target.url, key: KEY };
      const { id } = await api<RestreamTarget>(other.url, film.owner, 'POST', path, body);
      await film.send(undefined, origin.url);
      await target.receives(KEY);
      // This node doesn't send the restream, but knows what its origin sends.
      const change = { name: 'Ours' };
      const named = await api(other.url, film.owner, 'PATCH', `${path}/${id}`, change);
      expect(named).toMatchObject({ name: 'Ours', status: { state: 'sending' } });

      await origin.kill();
      await film.vanish();
      await vi.waitUntil(
        () =>
          film.send(undefined, other.url).then(
            () => true,
            () => false,
          ),
        LIMIT,
      );
      await target.receives(KEY, 2);
      await film.end();
      expect(await target.received(KEY)).toHaveLength(2);
    });
  },
);
