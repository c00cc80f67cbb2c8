import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChatPage } from '../../src/protocol/chat.js';
import type { RecordingView } from '../../src/protocol/recording.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { playWithFfmpeg } from '../support/ffmpeg-reader.js';
import { api } from '../support/people.js';
import { RecordedFilm } from '../support/recorded-film.js';
import { openSocket, request } from '../support/sockets.js';
import { freeRtcPort, UdpProxy } from '../support/udp-proxy.js';

const GONE_MS = 5_000;
const CUT_MS = 20_000;
const SEGMENT_MS = 2_000;
const WHOLE = { from: 'rewind', seconds: 3_600 } as const;
/**
 * The tolerance between wall-clock time and media time, including the latency up to the packager.
 */
const NEAR_MS = 1_000;

let server: TestApp;
let network: UdpProxy;
beforeAll(async () => {
  const rtcPort = await freeRtcPort();
  server = await startTestApp({
    overrides: { RTC_PORT: String(rtcPort), GRACE_SECONDS: '40', LOG_LEVEL: 'silent' },
  });
  network = await UdpProxy.to(rtcPort);
});
afterAll(async () => {
  await server.close();
  await network.close();
});

/** Sends a chat message. */
async function say(channel: string, text: string): Promise<void> {
  const socket = await openSocket(server.url);
  await request(socket, 'chat:join', { channel });
  const message = { channel, nonce: randomUUID(), text, guestName: 'a guest' };
  await request(socket, 'chat:send', message);
  socket.disconnect();
}

/** Returns the position at which the recording shows a message, as computed by the page. */
async function shownAt({ id, spans }: RecordingView, text: string): Promise<number | null> {
  const page = await api<ChatPage>(server.url, null, 'GET', `/broadcasts/${id}/chat`);
  const sentMs = Date.parse(page.messages.find((one) => one.text === text)?.sentAt ?? '');
  const span = spans.find(
    ({ wallMs, durationMs }) => sentMs >= wallMs && sentMs < wallMs + durationMs,
  );
  return span ? span.atMs + sentMs - span.wallMs : null;
}

/**
 * Records media after the interruption, with a chat message in the middle, then ends the broadcast.
 */
async function isSentForAWhile(film: RecordedFilm, id: string): Promise<void> {
  const soFar = (await film.recording(id)).durationMs;
  await film.recorded(id, soFar + 2_000);
  await say(film.channel, 'after');
  await film.recorded(id, soFar + 6_000);
  await film.end();
}

const breaksOf = async ({ playlistPath }: RecordingView): Promise<number> => {
  const response = await fetch(new URL('video-0.m3u8', `${server.url}${playlistPath}`));
  return (await response.text()).match(/^#EXT-X-DISCONTINUITY$/gm)?.length ?? 0;
};

/** Checks that both spans have the correct wall-clock times, and each contains its message. */
async function isRecordedAround(
  recording: RecordingView,
  { leavingMs, goneMs, comingMs }: { leavingMs: number; goneMs: number; comingMs: number },
): Promise<void> {
  expect(recording).toMatchObject({ state: 'ready', problem: null });
  expect(recording.spans).toHaveLength(2);
  const [first, second] = recording.spans;
  const endMs = first!.wallMs + first!.durationMs;
  expect(endMs).toBeGreaterThan(leavingMs - SEGMENT_MS - NEAR_MS);
  expect(endMs).toBeLessThan(goneMs + NEAR_MS);
  expect(second!.wallMs).toBeGreaterThan(comingMs - NEAR_MS);
  expect(second!.atMs).toBeCloseTo(first!.durationMs, 0);
  expect(await breaksOf(recording)).toBe(1);
  const [before, after] = [await shownAt(recording, 'before'), await shownAt(recording, 'after')];
  expect(before).toBeGreaterThan(0);
  expect(before).toBeLessThan(second!.atMs);
  expect(after).toBeGreaterThan(second!.atMs);
  expect(after).toBeLessThan(recording.durationMs);
  await playWithFfmpeg(`${server.url}${recording.playlistPath}`, WHOLE);
}

describe('a broadcast whose publisher was unavailable', () => {
  it('is one recording with a discontinuity where the publisher left and returned', async () => {
    const film = await RecordedFilm.of(server.url, 'comes-back');
    const id = await film.send();
    await film.recorded(id, 2_000);
    await say('comes-back', 'before');
    await film.recorded(id, 6_000);
    const leavingMs = Date.now();
    await film.vanish();
    const goneMs = Date.now();
    await pause(GONE_MS);
    const comingMs = Date.now();
    expect(await film.send()).toBe(id);
    await isSentForAWhile(film, id);
    await isRecordedAround(await film.finished(id), { leavingMs, goneMs, comingMs });
  });

  it('is one recording with a discontinuity where the network failed and a new session followed', async () => {
    const { port } = server.config.rtc;
    const film = await RecordedFilm.of(server.url, 'cut-off', {
      editAnswer: (sdp) => sdp.replaceAll(` ${port} typ`, ` ${network.port} typ`),
    });
    const id = await film.send();
    await film.recorded(id, 2_000);
    expect(network.counts.up).toBeGreaterThan(100);
    await say('cut-off', 'before');
    await film.recorded(id, 6_000);
    const leavingMs = Date.now();
    await network.goDown();
    const goneMs = Date.now();
    await pause(CUT_MS);
    await film.vanish();
    await network.comeBack();
    const comingMs = Date.now();
    expect(await film.send()).toBe(id);
    await isSentForAWhile(film, id);
    await isRecordedAround(await film.finished(id), { leavingMs, goneMs, comingMs });
  });
});
