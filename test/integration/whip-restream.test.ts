import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { ChannelView } from '../../src/protocol/channel.js';
import type { IngestView } from '../../src/protocol/ingest.js';
import type { RecordingView } from '../../src/protocol/recording.js';
import type { RestreamTarget } from '../../src/protocol/restream.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { createCertificate, type TestCertificate } from '../support/certificate.js';
import { hasFfmpegReaders, playWithFfmpeg } from '../support/ffmpeg-reader.js';
import { FfmpegRtmp, PLAIN_FILM } from '../support/ffmpeg-rtmp.js';
import { beepsLateS, onsetsOf } from '../support/flashes.js';
import { freePort } from '../support/free-port.js';
import { api, createStreamKey, type Person, registerWithChannel } from '../support/people.js';
import { RecordedFilm } from '../support/recorded-film.js';
import { ServerProcess } from '../support/server-process.js';
import { TlsFront, trustCertificate } from '../support/tls-front.js';
import { allowLoopback } from '../support/webhook-receiver.js';

/**
 * At each of the two services, the capture times of both kinds are known to within a few
 * milliseconds.
 */
const SYNC_S = 0.04;
/**
 * AAC from RTMP is transcoded for WebRTC, which delays it a little. Nobody notices sound that is
 * less than 0.125 s late (ITU-R BT.1359-1).
 */
const TRANSCODED_SYNC_S = 0.1;
const LIMIT = { timeout: 60_000, interval: 100 };

describe.skipIf(!hasFfmpegReaders)('a restream over WHIP', () => {
  let here: TestApp;
  /** The other service, which receives the restream. */
  let there: TestApp;
  let front: TlsFront;
  let bob: Person;
  let token: string;
  let certificate: TestCertificate;

  beforeEach(async () => {
    [here, there] = await Promise.all([startTestApp(), startTestApp()]);
    allowLoopback(here);
    const folder = await mkdtemp(join(tmpdir(), 'onair-whip-'));
    certificate = await createCertificate(folder);
    const distrust = await trustCertificate(certificate);
    front = await TlsFront.of(Number(new URL(there.url).port), certificate);
    onTestFinished(async () => {
      distrust();
      await rm(folder, { recursive: true, force: true });
    });
    bob = await registerWithChannel(there.url, 'bob');
    token = await createStreamKey(there.url, bob);
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await Promise.all([here.close(), there.close()]);
    front.close();
  });

  const targetOf = (key: string, port = front.port) => ({
    name: 'Over there',
    url: `https://localhost:${port}/whip/bob`,
    key,
  });

  const add = (film: RecordedFilm, key: string, port?: number) => {
    const path = `/channels/${film.channel}/restream`;
    return api<RestreamTarget>(here.url, film.owner, 'POST', path, targetOf(key, port));
  };

  async function reaches(film: RecordedFilm, state: string): Promise<RestreamTarget> {
    let last: RestreamTarget | undefined;
    const reached = vi.waitUntil(async () => {
      const path = `/channels/${film.channel}/restream`;
      [last] = await api<RestreamTarget[]>(here.url, film.owner, 'GET', path);
      return last?.status.state === state && last;
    }, LIMIT);
    return reached.catch((cause: unknown) => {
      throw new Error(`not ${state} but ${JSON.stringify(last?.status)}`, { cause });
    });
  }

  const broadcastThere = async () =>
    (await api<ChannelView>(there.url, null, 'GET', '/channels/bob')).broadcast;

  it('sends video and audio, and ends the session', async () => {
    const film = await RecordedFilm.of(here.url, 'ann');
    await add(film, token);
    await film.send();
    await reaches(film, 'sending');
    await vi.waitUntil(async () => (await broadcastThere())?.state === 'live', LIMIT);
    await vi.waitUntil(async () => (await broadcastThere())?.hls === 'ready', LIMIT);
    const { tracks } = await api<IngestView>(there.url, bob, 'GET', '/channels/bob/ingest');
    expect(tracks.map(({ codec }) => codec.toLowerCase()).toSorted()).toEqual(['h264', 'opus']);
    await playWithFfmpeg(`${there.url}/hls/bob/index.m3u8`, { from: 'live', seconds: 3 });
    await vi.waitUntil(async () => {
      const { status } = await reaches(film, 'sending');
      return (status.bitrateBps ?? 0) > 50_000;
    }, LIMIT);
    await film.end();
    await vi.waitUntil(async () => (await broadcastThere()) === null, LIMIT);
  });

  it('continues in the same session when the publisher returns', async () => {
    const film = await RecordedFilm.of(here.url, 'ann');
    await add(film, token);
    await film.send();
    await vi.waitUntil(async () => (await broadcastThere())?.state === 'live', LIMIT);
    const first = await broadcastThere();
    await film.lose();
    await film.send();
    await film.advancesLive(2);
    await vi.waitUntil(async () => (await broadcastThere())?.state === 'live', LIMIT);
    expect((await broadcastThere())?.id).toBe(first?.id);
    await reaches(film, 'sending');
    await film.end();
  });

  it('says that B-frames must be turned off', async () => {
    const film = await RecordedFilm.of(here.url, 'ann', {
      film: { video: 'h264', audio: true, profile: 'high', bFrames: true },
    });
    await add(film, token);
    await film.send();
    const { status } = await reaches(film, 'unsupported');
    expect(status).toMatchObject({ problem: 'b_frames' });
    await film.end();
  });

  it('says that media can’t reach a server whose UDP address isn’t public', async () => {
    // Only 127.0.0.1 and ::1 are allowed here.
    const overrides = { RTC_ANNOUNCED_ADDRESS: '127.0.0.9' };
    const hidden = await startTestApp({ overrides });
    onTestFinished(() => hidden.close());
    const eve = await registerWithChannel(hidden.url, 'bob');
    const key = await createStreamKey(hidden.url, eve);
    const tls = await TlsFront.of(Number(new URL(hidden.url).port), certificate);
    onTestFinished(() => tls.close());
    const film = await RecordedFilm.of(here.url, 'ann');
    await add(film, key, tls.port);
    await film.send();
    const { status } = await reaches(film, 'retrying');
    expect(status).toMatchObject({ problem: 'media_unreachable' });
    await film.end();
  });

  /** Returns how much later than its flash each beep is in the other service's recording, in seconds. */
  async function beepsLateThere(id: string): Promise<number[]> {
    const recording = await vi.waitUntil(async () => {
      const path = `/recordings/${id}`;
      const view = await api<RecordingView>(there.url, bob, 'GET', path).catch(() => null);
      return view?.state === 'ready' && view;
    }, LIMIT);
    return beepsLateS(await onsetsOf(`${there.url}${recording.playlistPath}`));
  }

  /**
   * Resolves with the id of the broadcast that the other service receives, once it has lasted this
   * long.
   */
  async function hasRunThere(durationMs: number): Promise<string> {
    const { id } = await vi.waitUntil(broadcastThere, LIMIT);
    await vi.waitUntil(async () => {
      const path = `/recordings/${id}`;
      const view = await api<RecordingView>(there.url, bob, 'GET', path).catch(() => null);
      return (view?.durationMs ?? 0) >= durationMs;
    }, LIMIT);
    return id;
  }

  it('keeps audio and video in sync', async () => {
    const film = await RecordedFilm.of(here.url, 'ann', {
      film: { video: 'h264', audio: true, flashes: true },
    });
    await add(film, token);
    await film.send();
    const id = await hasRunThere(8_000);
    await film.end();
    const late = await beepsLateThere(id);
    expect(late.length).toBeGreaterThanOrEqual(5);
    expect(late.filter((one) => Math.abs(one) >= SYNC_S)).toEqual([]);
  });

  it('keeps them in sync if the broadcast arrives over RTMP', async () => {
    const port = await freePort();
    const other = await startTestApp({ overrides: { RTMP_PORT: String(port) } });
    onTestFinished(() => other.close());
    allowLoopback(other);
    const eve = await registerWithChannel(other.url, 'eve');
    const key = await createStreamKey(other.url, eve);
    await api(other.url, eve, 'POST', '/channels/eve/restream', targetOf(token));
    const film = { ...PLAIN_FILM, flashes: true };
    const program = new FfmpegRtmp(`rtmp://127.0.0.1:${port}/live/${key}`, film);
    onTestFinished(() => program.stop());
    const id = await hasRunThere(8_000);
    await program.stop();
    const late = await beepsLateThere(id);
    expect(late.length).toBeGreaterThanOrEqual(5);
    expect(late.filter((one) => Math.abs(one) >= TRANSCODED_SYNC_S)).toEqual([]);
  });

  it('says that the token was refused', async () => {
    const film = await RecordedFilm.of(here.url, 'ann');
    await add(film, 'a-wrong-token');
    await film.send();
    const { status } = await reaches(film, 'retrying');
    expect(status).toMatchObject({ problem: 'token_refused' });
    expect(status.reason).toMatch(/token/);
    await film.end();
  });

  it('sends again when the server is killed and returns', { timeout: 240_000 }, async () => {
    const target = await ServerProcess.start({ RTC_WORKERS: '1' });
    onTestFinished(() => target.close());
    const eve = await registerWithChannel(target.url, 'bob');
    const key = await createStreamKey(target.url, eve);
    const tls = await TlsFront.of(Number(new URL(target.url).port), certificate);
    onTestFinished(() => tls.close());
    const film = await RecordedFilm.of(here.url, 'ann');
    await add(film, key, tls.port);
    await film.send();
    const isLive = () =>
      vi.waitUntil(async () => {
        const { broadcast } = await api<ChannelView>(target.url, null, 'GET', '/channels/bob');
        return broadcast?.state === 'live';
      }, LIMIT);
    await isLive();
    await target.kill();
    await reaches(film, 'retrying');
    await target.start();
    await isLive();
    expect((await reaches(film, 'sending')).status.problem).toBeNull();
    await film.end();
  });
});
