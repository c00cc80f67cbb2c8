import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, onTestFinished, vi } from 'vitest';
import type { ChannelView } from '../../src/protocol/channel.js';
import type { RestreamTarget, RestreamTargetChange } from '../../src/protocol/restream.js';
import { createCertificate } from '../support/certificate.js';
import { hasFfmpegReaders, type ReadStream } from '../support/ffmpeg-reader.js';
import { serverTest } from '../support/fixtures/server.js';
import { hasNginxRtmp, NginxRtmp } from '../support/nginx-rtmp.js';
import { api } from '../support/people.js';
import { RecordedFilm } from '../support/recorded-film.js';
import { FfmpegRtmpServer } from '../support/rtmp-server.js';
import { TlsFront, trustCertificate } from '../support/tls-front.js';
import { allowLoopback } from '../support/webhook-receiver.js';

const KEY = 'live_secret-key-of-ann';
const LIMIT = { timeout: 60_000, interval: 100 };
const it = serverTest();

afterEach(() => {
  vi.restoreAllMocks();
});

async function rtmpServer(): Promise<FfmpegRtmpServer> {
  const server = await FfmpegRtmpServer.start();
  onTestFinished(() => server.close());
  return server;
}

async function testFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'onair-restream-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function nginxRtmp(): Promise<NginxRtmp> {
  const server = await NginxRtmp.create();
  onTestFinished(() => server.close());
  await server.start();
  return server;
}

const pathOf = (film: RecordedFilm) => `/channels/${film.channel}/restream`;

const add = (film: RecordedFilm, url: string, key = KEY) =>
  api<RestreamTarget>(film.url, film.owner, 'POST', pathOf(film), { name: 'A service', url, key });

const change = (film: RecordedFilm, id: string, body: RestreamTargetChange) =>
  api<RestreamTarget>(film.url, film.owner, 'PATCH', `${pathOf(film)}/${id}`, body);

async function reaches(film: RecordedFilm, state: string, id: string): Promise<RestreamTarget> {
  let last: RestreamTarget | undefined;
  const reached = vi.waitUntil(async () => {
    const targets = await api<RestreamTarget[]>(film.url, film.owner, 'GET', pathOf(film));
    last = targets.find((one) => one.id === id);
    return last?.status.state === state && last;
  }, LIMIT);
  return reached.catch(async (cause: unknown) => {
    const path = `/channels/${film.channel}`;
    const { broadcast } = await api<ChannelView>(film.url, null, 'GET', path);
    const [target, publisher] = [JSON.stringify(last?.status), broadcast?.state];
    throw new Error(`not ${state} but ${target}; the broadcast is ${publisher}`, { cause });
  });
}

/**
 * Returns a stream's decode times, in seconds, which must increase without long gaps. On a busy
 * machine the publisher itself may pause for about a second.
 */
function timesOf({ packets, timescale }: ReadStream): number[] {
  const times = packets.map(({ dts }) => dts / timescale);
  const steps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
  expect(Math.min(...steps)).toBeGreaterThan(0);
  expect(Math.max(...steps)).toBeLessThan(3);
  return times;
}

describe.skipIf(!hasFfmpegReaders)('a restream', { timeout: 180_000 }, () => {
  it('sends video and audio to an RTMP server, in sync', async ({ server }) => {
    allowLoopback(server);
    const target = await rtmpServer();
    const film = await RecordedFilm.of(server.url, 'sent-on');
    const added = await add(film, target.url);
    expect(JSON.stringify(added)).not.toContain(KEY);
    expect(added.status.state).toBe('off');
    await film.send();
    const sending = await reaches(film, 'sending', added.id);
    expect(JSON.stringify(sending)).not.toContain(KEY);
    await vi.waitUntil(async () => {
      const { status } = await reaches(film, 'sending', added.id);
      return (status.bitrateBps ?? 0) > 50_000;
    }, LIMIT);
    await film.advancesLive(4);
    await film.end();
    const streams = await target.received();
    expect(streams.map(({ codec }) => codec).toSorted()).toEqual(['aac', 'h264']);
    const picture = streams.find(({ kind }) => kind === 'video')!;
    const [video, audio] = [picture, streams.find(({ kind }) => kind === 'audio')!].map(timesOf);
    expect(picture.packets[0]?.isKey).toBe(true);
    expect(video?.at(-1)).toBeGreaterThan(4);
    expect(Math.abs((video?.[0] ?? 0) - (audio?.[0] ?? 9))).toBeLessThan(0.1);
    expect(Math.abs((video?.at(-1) ?? 0) - (audio?.at(-1) ?? 9))).toBeLessThan(1.5);
  });
});

describe.skipIf(!hasFfmpegReaders || !hasNginxRtmp)(
  'a restream that fails',
  { timeout: 180_000 },
  () => {
    it('says that the key was refused, and sends when it is accepted', async ({ server }) => {
      allowLoopback(server);
      const target = await nginxRtmp();
      let accepts = false;
      target.accepts = (key) => accepts && key === KEY;
      const film = await RecordedFilm.of(server.url, 'refused');
      const { id } = await add(film, target.url);
      await film.send();
      const { status } = await reaches(film, 'retrying', id);
      expect(status).toMatchObject({ problem: 'key_refused' });
      await film.advancesLive(1);
      accepts = true;
      await reaches(film, 'sending', id);
      await film.end();
    });

    it('continues on the same connection when the publisher returns', async ({ server }) => {
      allowLoopback(server);
      const target = await nginxRtmp();
      const film = await RecordedFilm.of(server.url, 'resumed');
      const { id } = await add(film, target.url);
      await film.send();
      await reaches(film, 'sending', id);
      await film.advancesLive(2);
      await film.lose();
      await reaches(film, 'sending', id);
      await film.send();
      await film.advancesLive(2);
      await film.end();
      const connections = await target.received(KEY);
      expect(connections).toHaveLength(1);
      for (const { packets } of connections[0] ?? []) {
        const steps = packets.slice(1).map(({ dts }, index) => dts - packets[index]!.dts);
        expect(Math.min(...steps)).toBeGreaterThan(0);
      }
    });

    it('stops when it is switched off or removed during the broadcast', async ({ server }) => {
      allowLoopback(server);
      const target = await nginxRtmp();
      const film = await RecordedFilm.of(server.url, 'switched');
      await film.send();
      const { id } = await add(film, target.url);
      await reaches(film, 'sending', id);
      const path = `${pathOf(film)}/${id}`;
      await api(film.url, film.owner, 'PATCH', path, { enabled: false });
      expect((await reaches(film, 'off', id)).enabled).toBe(false);
      await api(film.url, film.owner, 'PATCH', path, { enabled: true });
      await reaches(film, 'sending', id);
      await api(film.url, film.owner, 'DELETE', path);
      expect(await api(film.url, film.owner, 'GET', pathOf(film))).toEqual([]);
      await film.end();
    });

    it('replies with the actual state, and continues to send when it is only renamed', async ({
      server,
    }) => {
      allowLoopback(server);
      const target = await nginxRtmp();
      const film = await RecordedFilm.of(server.url, 'renamed');
      const { id } = await add(film, target.url);
      await film.send();
      await reaches(film, 'sending', id);
      const renamed = await change(film, id, { name: 'Ours' });
      expect(renamed).toMatchObject({ name: 'Ours', status: { state: 'sending' } });
      await target.receives(KEY);
      // nginx names its recordings by the second.
      await film.advancesLive(2);
      expect((await change(film, id, { enabled: false })).status.state).toBe('off');
      expect((await change(film, id, { enabled: true })).status.state).not.toBe('off');
      await target.receives(KEY, 2);
      await film.end();
      expect(await target.received(KEY)).toHaveLength(2);
    });

    it('sends to the new server with the new key when both are changed', async ({ server }) => {
      allowLoopback(server);
      const [before, after] = [await nginxRtmp(), await nginxRtmp()];
      const film = await RecordedFilm.of(server.url, 'changed');
      const { id } = await add(film, before.url);
      await film.send();
      await reaches(film, 'sending', id);
      // The stored key is meant for the first server only.
      await expect(change(film, id, { url: after.url })).rejects.toThrow(/bad_request/);
      const key = 'live_another-key';
      const changed = await change(film, id, { url: after.url, key });
      expect(changed.url).toBe(after.url);
      expect(JSON.stringify(changed)).not.toContain(key);
      await after.receives(key);
      await film.end();
      expect(await after.received(key)).toHaveLength(1);
      expect(await after.received(KEY)).toEqual([]);
    });

    it('sends over RTMPS to a server whose certificate is valid', async ({ server }) => {
      allowLoopback(server);
      const certificate = await createCertificate(await testFolder());
      const target = await nginxRtmp();
      const front = await TlsFront.of(target.port, certificate);
      onTestFinished(() => front.close());
      const film = await RecordedFilm.of(server.url, 'encrypted');
      const { id } = await add(film, `rtmps://localhost:${front.port}/live`);
      await film.send();
      const { status } = await reaches(film, 'retrying', id);
      expect(status.problem).toBe('certificate_invalid');
      onTestFinished(await trustCertificate(certificate));
      await target.receives(KEY);
      await film.end();
      const [connection] = await target.received(KEY);
      expect(connection?.map(({ codec }) => codec).toSorted()).toEqual(['aac', 'h264']);
    });

    it('sends again when the server is killed and returns', async ({ server }) => {
      allowLoopback(server);
      const target = await nginxRtmp();
      const film = await RecordedFilm.of(server.url, 'killed');
      const { id } = await add(film, target.url);
      await film.send();
      await target.receives(KEY);
      await target.kill();
      await reaches(film, 'retrying', id);
      await target.start();
      await target.receives(KEY, 2);
      await film.end();
      expect(await target.received(KEY)).toHaveLength(2);
    });
  },
);

describe('a target', () => {
  it('must be at a public address, and have a plain URL', async ({ server }) => {
    const film = await RecordedFilm.of(server.url, 'private');
    const refused = (url: string) => expect(add(film, url)).rejects.toThrow(/bad_request/);
    await refused('rtmp://127.0.0.1/live');
    await refused('rtmp://10.0.0.5/live');
    await refused('rtmp://[::1]/live');
    await refused('rtmp://203.0.113.5:6379/live');
    await refused('http://203.0.113.5/live');
    await refused('rtmp://ann:secret@example.com/live');
    await refused('rtmp://example.com/live?key=secret');
    await refused('rtmp://example.com');
  });

  it('can be changed by two requests at once, each of which leaves the rest as it is', async ({
    server,
  }) => {
    const film = await RecordedFilm.of(server.url, 'twice');
    const { id } = await add(film, 'rtmp://example.com/live');
    await Promise.all([change(film, id, { enabled: false }), change(film, id, { name: 'Ours' })]);
    expect(await change(film, id, {})).toMatchObject({ enabled: false, name: 'Ours' });
  });

  it('at a WHIP endpoint needs its token again for another path', async ({ server }) => {
    const film = await RecordedFilm.of(server.url, 'moved');
    const { id } = await add(film, 'https://example.com/whip/1');
    const url = 'https://example.com/whip/2';
    await expect(change(film, id, { url })).rejects.toThrow(/bad_request/);
    expect(await change(film, id, { url, key: 'other' })).toMatchObject({ url });
  });

  it('can be added up to the limit', async ({ server }) => {
    const film = await RecordedFilm.of(server.url, 'many');
    for (let count = 0; count < 5; count += 1) await add(film, 'rtmp://example.com/live');
    await expect(add(film, 'rtmp://example.com/live')).rejects.toThrow(/restream_limit/);
  });
});
