import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, onTestFinished, vi } from 'vitest';
import type { ChannelView } from '../../src/protocol/channel.js';
import type { RestreamTarget, RestreamTargetChange } from '../../src/protocol/restream.js';
import type { CreatedStreamKey } from '../../src/protocol/stream-key.js';
import { SrtRunner } from '../../src/srt/srt-runner.js';
import type { TestApp } from '../support/app.js';
import { hasFfmpegReaders, type ReadStream } from '../support/ffmpeg-reader.js';
import { FfmpegRtmp, PLAIN_FILM } from '../support/ffmpeg-rtmp.js';
import { serverTest } from '../support/fixtures/server.js';
import { freePort } from '../support/free-port.js';
import { api, type Person, registerWithChannel } from '../support/people.js';
import { RecordedFilm } from '../support/recorded-film.js';
import { FfmpegSrtServer } from '../support/srt-server.js';
import { allowLoopback } from '../support/webhook-receiver.js';

const LIMIT = { timeout: 60_000, interval: 100 };
const PASSPHRASE = 'a-passphrase-of-ann';
const STREAM_ID = 'live_stream-id-of-ann';
const [rtmpPort, srtPort] = [await freePort(), await freePort()];
const it = serverTest({
  overrides: { RTMP_PORT: String(rtmpPort), SRT_PORT: String(srtPort), GRACE_SECONDS: '60' },
});
const hasSrt = hasFfmpegReaders && process.env.SRT_PYTHON_BIN !== '';

afterEach(() => {
  vi.restoreAllMocks();
});

async function srtServer(passphrase?: string): Promise<FfmpegSrtServer> {
  const server = await FfmpegSrtServer.create(passphrase);
  onTestFinished(() => server.close());
  return server;
}

type Channel = Pick<RecordedFilm, 'url' | 'owner' | 'channel'>;
const pathOf = ({ channel }: Channel) => `/channels/${channel}/restream`;

const add = (channel: Channel, target: { url: string; key?: string; passphrase?: string }) =>
  api<RestreamTarget>(channel.url, channel.owner, 'POST', pathOf(channel), {
    name: 'A service',
    key: '',
    ...target,
  });

const change = (channel: Channel, id: string, body: RestreamTargetChange) =>
  api<RestreamTarget>(channel.url, channel.owner, 'PATCH', `${pathOf(channel)}/${id}`, body);

const targetOf = async (channel: Channel, id: string): Promise<RestreamTarget | undefined> => {
  const targets = await api<RestreamTarget[]>(channel.url, channel.owner, 'GET', pathOf(channel));
  return targets.find((one) => one.id === id);
};

async function reaches(
  channel: Channel,
  id: string,
  wanted: Partial<RestreamTarget['status']>,
): Promise<RestreamTarget['status']> {
  await vi.waitFor(
    async () => expect((await targetOf(channel, id))?.status).toMatchObject(wanted),
    LIMIT,
  );
  return (await targetOf(channel, id))!.status;
}

const sending = { state: 'sending', problem: null } as const;
const retrying = (problem: string) => ({ state: 'retrying', problem }) as never;

/** Resolves when a server has received this many more bytes. */
async function receives(server: FfmpegSrtServer, bytes = 200_000): Promise<void> {
  const before = await server.receivedBytes();
  await vi.waitUntil(async () => (await server.receivedBytes()) >= before + bytes, LIMIT);
}

/** Checks a stream's times, in seconds: decode times must increase without long gaps. */
function expectSteady({ packets, timescale }: ReadStream): { first: number; last: number } {
  const times = packets.map(({ dts }) => dts / timescale);
  const steps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
  expect(Math.min(...steps)).toBeGreaterThan(0);
  expect(Math.max(...steps)).toBeLessThan(3);
  expect(packets.every(({ pts, dts }) => pts >= dts)).toBe(true);
  return { first: times[0] ?? NaN, last: times.at(-1) ?? NaN };
}

async function streamKeyOf(server: TestApp, person: Person, channel: string) {
  const path = `/channels/${channel}/stream-key`;
  return api<CreatedStreamKey>(server.url, person, 'POST', path);
}

const isLive = async (server: TestApp, channel: string): Promise<boolean> => {
  const view = await api<ChannelView>(server.url, null, 'GET', `/channels/${channel}`);
  return view.broadcast?.state === 'live';
};

describe.skipIf(!hasSrt)('a restream over SRT', { timeout: 180_000 }, () => {
  it('sends video and audio, encrypted and in sync', async ({ server }) => {
    allowLoopback(server);
    const target = await srtServer(PASSPHRASE);
    target.listen();
    const film = await RecordedFilm.of(server.url, 'encrypted');
    const added = await add(film, { url: target.url, key: STREAM_ID, passphrase: PASSPHRASE });
    await film.send();
    await reaches(film, added.id, sending);
    await vi.waitUntil(async () => {
      const { bitrateBps } = await reaches(film, added.id, sending);
      return (bitrateBps ?? 0) > 50_000;
    }, LIMIT);
    await film.advancesLive(4);
    const { process: srt } = server.app.get(SrtRunner, { strict: false });
    const visible = [
      JSON.stringify(await targetOf(film, added.id)),
      await readFile(`/proc/${srt?.pid}/cmdline`, 'utf8'),
      await readFile(`/proc/${srt?.pid}/environ`, 'utf8'),
    ].join();
    expect(visible).toContain('native/srt');
    expect(visible).not.toContain(STREAM_ID);
    expect(visible).not.toContain(PASSPHRASE);
    await film.end();
    const streams = await target.received();
    expect(streams.map(({ codec }) => codec).toSorted()).toEqual(['aac', 'h264']);
    const video = expectSteady(streams.find(({ kind }) => kind === 'video')!);
    const audio = expectSteady(streams.find(({ kind }) => kind === 'audio')!);
    expect(streams.find(({ kind }) => kind === 'video')?.packets[0]?.isKey).toBe(true);
    expect(video.last - video.first).toBeGreaterThan(4);
    expect(Math.abs(video.first - audio.first)).toBeLessThan(0.1);
    expect(Math.abs(video.last - audio.last)).toBeLessThan(1.5);
  });

  it('keeps the order of B-frames', async ({ server }) => {
    allowLoopback(server);
    const target = await srtServer();
    target.listen();
    const owner = await registerWithChannel(server.url, 'bea');
    const channel = { url: server.url, owner, channel: 'bea' };
    const { streamKey } = await streamKeyOf(server, owner, 'bea');
    const { id } = await add(channel, { url: target.url });
    const program = new FfmpegRtmp(`rtmp://127.0.0.1:${rtmpPort}/live/${streamKey}`, {
      ...PLAIN_FILM,
      video: { bFrames: 3 },
    });
    onTestFinished(() => program.stop());
    await reaches(channel, id, sending);
    await receives(target);
    await program.stop();
    const streams = await target.received();
    const video = streams.find(({ kind }) => kind === 'video')!;
    expectSteady(video);
    expect(video.packets.some(({ pts, dts }) => pts > dts)).toBe(true);
    expect(new Set(video.packets.map(({ pts }) => pts)).size).toBe(video.packets.length);
  });

  it('reaches another channel of an Onair server, with its key or its passphrase', async ({
    server,
  }) => {
    allowLoopback(server);
    const film = await RecordedFilm.of(server.url, 'source');
    const made = await streamKeyOf(server, await registerWithChannel(server.url, 'sink'), 'sink');
    const url = `srt://localhost:${srtPort}?latency=200`;
    const { id } = await add(film, { url, key: 'live_wrong' });
    await film.send();
    await reaches(film, id, retrying('key_refused'));
    const wrong = { key: 'publish:sink', passphrase: 'something-else' };
    await change(film, id, wrong);
    await reaches(film, id, retrying('passphrase_refused'));
    await change(film, id, { passphrase: null });
    await reaches(film, id, retrying('passphrase_refused'));
    await change(film, id, { passphrase: made.srtPassphrase });
    await reaches(film, id, sending);
    await vi.waitUntil(() => isLive(server, 'sink'), LIMIT);
    await film.end();
    await vi.waitUntil(async () => !(await isLive(server, 'sink')), LIMIT);
    await change(film, id, { key: made.streamKey, passphrase: null });
    await film.send();
    await reaches(film, id, sending);
    await vi.waitUntil(() => isLive(server, 'sink'), LIMIT);
    const second = await add(film, { url, key: made.streamKey });
    await reaches(film, second.id, retrying('in_use'));
    await reaches(film, id, sending);
    await film.end();
  });
});

describe.skipIf(!hasSrt)('a restream over SRT that fails', { timeout: 180_000 }, () => {
  it('sends when the server appears, and again when it was killed or froze', async ({ server }) => {
    allowLoopback(server);
    const target = await srtServer();
    const film = await RecordedFilm.of(server.url, 'returning');
    const { id } = await add(film, { url: target.url });
    await film.send();
    await reaches(film, id, retrying('unreachable'));
    target.listen();
    await reaches(film, id, sending);
    await receives(target);
    await target.kill();
    await reaches(film, id, retrying('closed'));
    target.listen();
    await reaches(film, id, sending);
    await receives(target);
    target.freeze();
    await reaches(film, id, retrying('closed'));
    await film.advancesLive(1);
    await target.kill();
    target.listen();
    await reaches(film, id, sending);
    await receives(target);
    await film.end();
    const streams = await target.received();
    for (const stream of streams) expectSteady(stream);
  });

  it('delays neither the broadcast nor another target', async ({ server }) => {
    allowLoopback(server);
    const [frozen, other] = [await srtServer(), await srtServer()];
    frozen.listen();
    other.listen();
    const film = await RecordedFilm.of(server.url, 'beside');
    const first = await add(film, { url: frozen.url });
    const second = await add(film, { url: other.url });
    await film.send();
    await reaches(film, first.id, sending);
    await reaches(film, second.id, sending);
    frozen.freeze();
    await reaches(film, first.id, retrying('closed'));
    await receives(other);
    await film.advancesLive(2);
    await reaches(film, second.id, sending);
    await film.end();
    for (const stream of await other.received()) expectSteady(stream);
  });

  it('sends again after the SRT program was killed', async ({ server }) => {
    allowLoopback(server);
    const target = await srtServer();
    target.listen();
    const film = await RecordedFilm.of(server.url, 'restarted');
    const { id } = await add(film, { url: target.url });
    await film.send();
    await reaches(film, id, sending);
    await receives(target);
    const runner = server.app.get(SrtRunner, { strict: false });
    process.kill(runner.process?.pid ?? 0, 'SIGKILL');
    await reaches(film, id, retrying('srt_failed'));
    await target.kill();
    target.listen();
    await reaches(film, id, sending);
    await receives(target);
    await film.end();
  });
});

describe('an SRT target', () => {
  it('needs a public address and a port, and keeps its secrets out of its URL', async ({
    server,
  }) => {
    const film = await RecordedFilm.of(server.url, 'plain');
    const refused = (url: string, more = {}) =>
      expect(add(film, { url, ...more })).rejects.toThrow(/bad_request/);
    await refused('srt://127.0.0.1:9001');
    await refused('srt://[::1]:9001');
    await refused('srt://example.com:6379');
    await refused('srt://example.com');
    await refused('srt://example.com:9001?streamid=secret');
    await refused('srt://example.com:9001', { passphrase: 'too-short' });
    await refused('srt://example.com:9001', { passphrase: randomBytes(40).toString('hex') });
    await refused('rtmp://example.com/live', { key: 'key', passphrase: PASSPHRASE });
    await refused('rtmp://example.com/live');
  });

  it('needs its stream id and its passphrase again at another server', async ({ server }) => {
    const film = await RecordedFilm.of(server.url, 'moved');
    const { id } = await add(film, { url: 'SRT://example.com:9001', passphrase: PASSPHRASE });
    const url = 'srt://example.com:9001?latency=900';
    expect(await change(film, id, { url })).toMatchObject({ url, hasPassphrase: true });
    const elsewhere = 'srt://example.com:9002';
    await expect(change(film, id, { url: elsewhere })).rejects.toThrow(/bad_request/);
    await expect(change(film, id, { url: elsewhere, passphrase: PASSPHRASE })).rejects.toThrow(
      /bad_request/,
    );
    await expect(change(film, id, { url: elsewhere, key: '' })).rejects.toThrow(
      /bad_request.*passphrase/,
    );
    expect((await targetOf(film, id))?.url).toBe(url);
    const moved = await change(film, id, { url: elsewhere, key: '', passphrase: null });
    expect(moved).toMatchObject({ url: elsewhere, hasPassphrase: false });
    // Without a passphrase, nothing has to be entered again but the stream ID.
    await change(film, id, { url, key: '' });
    await expect(change(film, id, { url: 'rtmp://example.com/live', key: '' })).rejects.toThrow(
      /bad_request/,
    );
  });
});
