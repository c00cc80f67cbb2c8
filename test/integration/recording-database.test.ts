import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { databases, startTestApp } from '../support/app.js';
import { playWithFfmpeg } from '../support/ffmpeg-reader.js';
import { createDatabase } from '../support/postgres-databases.js';
import { RecordedFilm } from '../support/recorded-film.js';
import { TcpProxy } from '../support/tcp-proxy.js';

const LIMIT = { timeout: 30_000, interval: 100 };
const AWAY_MS = 8_000;
const SEGMENT_MS = 2_000;
const WHOLE = { from: 'rewind', seconds: 3_600 } as const;

/** Starts a service whose database is behind a network that can be cut. */
async function start() {
  const database = await createDatabase();
  const network = await TcpProxy.to(database.url);
  const { host } = new URL(network.url);
  const server = await startTestApp({
    overrides: {
      DATABASE_URL: Object.assign(new URL(database.url), { host }).href,
      LOG_LEVEL: 'silent',
    },
  });
  onTestFinished(async () => {
    network.comeBack();
    await server.close();
    await network.close();
    await database.drop();
  });
  return { server, network };
}

describe.runIf(databases.includes('postgresql'))('while the database is unavailable', () => {
  it('live playback continues, and the recording is complete', async () => {
    const { server, network } = await start();
    const film = await RecordedFilm.of(server.url, 'databaseless');
    const beforeMs = Date.now();
    const id = await film.send();
    const liveMs = Date.now();
    await film.recorded(id, 4_000);
    network.goDown();
    await Promise.all([pause(AWAY_MS), film.advancesLive(3)]);
    network.comeBack();
    await film.recorded(id, 4_000 + AWAY_MS);
    const lastedMs = Date.now() - liveMs;
    await film.end();
    const atMostMs = Date.now() - beforeMs;
    const recording = await film.finished(id);
    expect(recording.problem).toBeNull();
    expect(recording.spans).toHaveLength(1);
    expect(recording.durationMs).toBeGreaterThan(lastedMs - SEGMENT_MS);
    expect(recording.durationMs).toBeLessThan(atMostMs);
    await playWithFfmpeg(`${server.url}${recording.playlistPath}`, WHOLE);
  });

  it('a broadcast whose publisher left meanwhile and returned later is recorded completely', async () => {
    const { server, network } = await start();
    const film = await RecordedFilm.of(server.url, 'went-meanwhile');
    const id = await film.send();
    await film.recorded(id, 4_000);
    network.goDown();
    await film.vanish();
    await pause(AWAY_MS);
    network.comeBack();
    await vi.waitUntil(
      () =>
        film.recording(id).then(
          ({ state }) => state === 'recording',
          () => false,
        ),
      LIMIT,
    );
    expect(await film.send()).toBe(id);
    await film.end();
    const recording = await film.finished(id);
    expect(recording.problem).toBeNull();
    await playWithFfmpeg(`${server.url}${recording.playlistPath}`, WHOLE);
  });
});
