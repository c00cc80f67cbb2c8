import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { LiveChannels } from '../../src/broadcast/live-channels.js';
import { SfuService } from '../../src/sfu/sfu.service.js';
import { api, type Person, register, registerWithChannel } from '../support/people.js';
import { audioTrack, dtlsParameters, h264Viewer, videoTrack, vp8Viewer } from '../support/rtc.js';
import { ask, type ClientSocket, next, openSocket, refusal, request } from '../support/sockets.js';
import { useServer } from '../support/fixtures/use-server.js';

const test = useServer({
  overrides: {
    RTC_WORKERS: '2',
    GRACE_SECONDS: '1',
    RTC_ANNOUNCED_ADDRESS: '198.51.100.7,127.0.0.1',
  },
});
let ann: Person;
const sockets: ClientSocket[] = [];

const connect = async (person: Person | null): Promise<ClientSocket> => {
  const socket = await openSocket(test.url, person ? { cookie: person.cookie } : {});
  sockets.push(socket);
  return socket;
};

/** Announces a publisher's tracks; without a DTLS handshake, the broadcast stays `starting`. */
const publish = async (person: Person, channel: string) => {
  const socket = await connect(person);
  const started = await request(socket, 'publisher:start', { channel });
  const video = await request(socket, 'publisher:produce', videoTrack());
  const audio = await request(socket, 'publisher:produce', audioTrack());
  return { socket, started, video, audio };
};

const mediaOf = (id: string) =>
  [...test.app.get(SfuService).broadcasts].find((media) =>
    [...test.app.get(LiveChannels).channels].some(
      ({ broadcast }) => broadcast?.id === id && broadcast.media === media,
    ),
  );

beforeAll(async () => {
  ann = await registerWithChannel(test.url, 'ann');
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.disconnect();
});

describe('a publisher', () => {
  it('gets everything it needs to send in one round trip', async () => {
    const socket = await connect(ann);
    const started = await request(socket, 'publisher:start', { channel: 'ann' });
    expect(started.broadcast).toMatchObject({ channel: 'ann', state: 'starting' });
    expect(started.resumed).toBe(false);
    // The address that the socket used comes first, TCP last.
    expect(
      started.transport.iceCandidates.map(({ protocol, address }) => `${protocol} ${address}`),
    ).toEqual(['udp 127.0.0.1', 'udp 198.51.100.7', 'tcp 127.0.0.1', 'tcp 198.51.100.7']);
    expect(started.rtpCapabilities.codecs.map(({ mimeType }) => mimeType)).toContain('video/H264');
    await request(socket, 'publisher:end', { channel: 'ann' });
  });

  it('must be logged in and own an existing channel', async () => {
    const guest = await connect(null);
    expect((await refusal(guest, 'publisher:start', { channel: 'ann' })).code).toBe(
      'not_logged_in',
    );
    const bob = await connect(await register(test.url, 'bob'));
    expect((await refusal(bob, 'publisher:start', { channel: 'ann' })).code).toBe('forbidden');
    expect((await refusal(bob, 'publisher:start', { channel: 'nope' })).code).toBe(
      'channel_not_found',
    );
    expect((await refusal(bob, 'publisher:end', { channel: 'ann' })).code).toBe('forbidden');
  });

  it('is alone on its channel, unless it proves to be the same one', async () => {
    const first = await publish(ann, 'ann');
    const second = await connect(ann);
    const error = await refusal(second, 'publisher:start', { channel: 'ann' });
    expect(error).toMatchObject({
      code: 'already_publishing',
      message: expect.stringMatching(/another tab/),
    });
    const told = next(first.socket, 'publisher:closed');
    const { resumeToken } = first.started;
    const started = await request(second, 'publisher:start', { channel: 'ann', resumeToken });
    expect(started.broadcast.id).toBe(first.started.broadcast.id);
    expect(await told).toEqual([{ channel: 'ann', reason: 'taken_over' }]);
    expect((await refusal(first.socket, 'publisher:produce', audioTrack())).code).toBe(
      'not_publishing',
    );
    await request(second, 'publisher:end', { channel: 'ann' });
  });

  it('is not notified of a takeover when it starts again', async () => {
    const { socket, started } = await publish(ann, 'ann');
    const closed: unknown[] = [];
    socket.on('publisher:closed', (payload) => closed.push(payload));
    const again = await request(socket, 'publisher:start', { channel: 'ann' });
    expect(again.broadcast.id).toBe(started.broadcast.id);
    expect(again.transport.id).not.toBe(started.transport.id);
    await request(socket, 'publisher:end', { channel: 'ann' });
    await expect.poll(() => closed).toEqual([{ channel: 'ann', reason: 'ended' }]);
  });

  it('can continue after invalid media parameters are rejected', async () => {
    const { socket, started } = await publish(ann, 'ann');
    const again = await refusal(socket, 'publisher:produce', audioTrack());
    expect(again.code).toBe('conflict');
    const wrong = videoTrack();
    wrong.rtpParameters.codecs[0]!.mimeType = 'video/H265';
    await request(socket, 'publisher:unproduce', {
      producerId: mediaOf(started.broadcast.id)!.output.producers.find(
        ({ kind }) => kind === 'video',
      )!.id,
    });
    expect(await refusal(socket, 'publisher:produce', wrong)).toMatchObject({
      code: 'media_refused',
      message: expect.stringMatching(/video track/),
    });
    const { fingerprints } = dtlsParameters;
    const transportId = started.transport.id;
    expect(
      await refusal(socket, 'transport:connect', {
        transportId,
        dtlsParameters: { fingerprints: [{ ...fingerprints[0], value: 'not a fingerprint' }] },
      }),
    ).toMatchObject({ code: 'bad_request' });
    await request(socket, 'transport:connect', { transportId, dtlsParameters });
    const twice = await refusal(socket, 'transport:connect', { transportId, dtlsParameters });
    expect(twice.code).toBe('media_refused');
    expect((await refusal(socket, 'publisher:produce', { kind: 'smell' })).code).toBe(
      'bad_request',
    );
    await request(socket, 'publisher:produce', videoTrack());
    await request(socket, 'publisher:end', { channel: 'ann' });
  });

  it('restarts ICE on its transport', async () => {
    const { socket, started } = await publish(ann, 'ann');
    const { id, iceParameters } = started.transport;
    const fresh = await request(socket, 'transport:restart-ice', { transportId: id });
    expect(fresh.iceParameters.usernameFragment).not.toBe(iceParameters.usernameFragment);
    await request(socket, 'publisher:end', { channel: 'ann' });
  });

  it('cannot use the transport of another', async () => {
    const { started } = await publish(ann, 'ann');
    const other = await connect(null);
    const transportId = started.transport.id;
    expect((await refusal(other, 'transport:connect', { transportId, dtlsParameters })).code).toBe(
      'transport_not_found',
    );
    expect((await refusal(other, 'transport:restart-ice', { transportId })).code).toBe(
      'transport_not_found',
    );
  });

  it('leaves nothing behind if it leaves before it was live', async () => {
    const { socket, started } = await publish(ann, 'ann');
    socket.disconnect();
    await expect.poll(() => mediaOf(started.broadcast.id)).toBeUndefined();
    await expect
      .poll(async () => (await fetch(`${test.url}/api/broadcasts/${started.broadcast.id}`)).status)
      .toBe(404);
    const { broadcast } = await api<{ broadcast: unknown }>(test.url, null, 'GET', '/channels/ann');
    expect(broadcast).toBeNull();
  });
});

describe('a viewer', () => {
  it('joins a channel that is not live, and is notified when it starts and ends', async () => {
    const viewer = await connect(null);
    const joined = await request(viewer, 'viewer:join', {
      channel: 'ann',
      rtpCapabilities: h264Viewer,
    });
    expect(joined).toMatchObject({ media: null, channel: { name: 'ann', broadcast: null } });
    const starting = next(viewer, 'channel:state');
    const { socket } = await publish(ann, 'ann');
    expect((await starting)[0].broadcast).toMatchObject({ state: 'starting' });
    const ended = next(viewer, 'channel:state');
    await request(socket, 'publisher:end', { channel: 'ann' });
    expect((await ended)[0].broadcast).toMatchObject({
      state: 'ended',
      endReason: 'publisher_ended',
    });
  });

  it('gets a transport and all tracks in the reply to its join', async () => {
    const { video, audio } = await publish(ann, 'ann');
    const viewer = await connect(null);
    const { media } = await request(viewer, 'viewer:join', {
      channel: 'ann',
      rtpCapabilities: h264Viewer,
    });
    expect(media?.transport.iceCandidates.length).toBeGreaterThan(0);
    expect(media?.unsupported).toEqual([]);
    const layers = new Map(media?.consumers.map((track) => [track.producerId, track.layers]));
    expect(layers).toEqual(
      new Map([
        [video.producerId, 3],
        [audio.producerId, 1],
      ]),
    );
    await request(viewer, 'viewer:resume', {
      consumerIds: media?.consumers.map(({ id }) => id) ?? [],
    });
    await request(viewer, 'viewer:layer', { layer: 0 });
    await request(viewer, 'viewer:layer', { layer: null });
    expect((await refusal(viewer, 'viewer:resume', { consumerIds: ['x'] })).code).toBe(
      'consumer_not_found',
    );
  });

  it('learns for which kinds its browser has no codec', async () => {
    await publish(ann, 'ann');
    const viewer = await connect(null);
    const { media } = await request(viewer, 'viewer:join', {
      channel: 'ann',
      rtpCapabilities: vp8Viewer,
    });
    expect(media?.unsupported).toEqual(['video']);
    expect(media?.consumers.map(({ kind }) => kind)).toEqual(['audio']);
  });

  it('gets later tracks, and is notified of removed ones', async () => {
    const publisher = await connect(ann);
    await request(publisher, 'publisher:start', { channel: 'ann' });
    const viewer = await connect(null);
    const { media } = await request(viewer, 'viewer:join', {
      channel: 'ann',
      rtpCapabilities: h264Viewer,
    });
    expect(media?.consumers).toEqual([]);
    const added = next(viewer, 'viewer:consumer');
    const { producerId } = await request(publisher, 'publisher:produce', audioTrack());
    const [track] = await added;
    expect(track).toMatchObject({ producerId, kind: 'audio', producerPaused: false });
    const paused = next(viewer, 'viewer:consumer-paused');
    await request(publisher, 'publisher:pause', { producerId, paused: true });
    expect(await paused).toEqual([{ consumerId: track.id, paused: true }]);
    const closed = next(viewer, 'viewer:consumer-closed');
    await request(publisher, 'publisher:unproduce', { producerId });
    expect(await closed).toEqual([{ consumerId: track.id }]);
  });

  it('is counted once, until it leaves', async () => {
    const one = await connect(null);
    const told = next(one, 'channel:stats');
    await request(one, 'viewer:join', { channel: 'ann' });
    await request(one, 'viewer:join', { channel: 'ann' });
    expect((await told)[0]).toMatchObject({ channel: 'ann', viewers: 1 });
    const two = await connect(null);
    await request(two, 'viewer:join', { channel: 'ann' });
    expect((await next(one, 'channel:stats'))[0]).toMatchObject({ viewers: 2 });
    two.disconnect();
    expect((await next(one, 'channel:stats'))[0]).toMatchObject({ viewers: 1 });
    await request(one, 'viewer:leave', {});
    const viewers = () => api<{ viewers: number }>(test.url, null, 'GET', '/channels/ann');
    await expect.poll(viewers).toMatchObject({ viewers: 0 });
  });

  it('is rejected for anything it has not joined', async () => {
    const viewer = await connect(null);
    expect((await refusal(viewer, 'viewer:layer', { layer: 1 })).code).toBe('not_joined');
    expect((await refusal(viewer, 'viewer:join', { channel: 'nobody' })).code).toBe(
      'channel_not_found',
    );
    expect((await refusal(viewer, 'publisher:produce', audioTrack())).code).toBe('not_publishing');
  });

  it('is notified of the end of a deleted channel’s broadcast', async () => {
    const dora = await registerWithChannel(test.url, 'dora');
    const { started, socket } = await publish(dora, 'dora');
    const told = next(socket, 'publisher:closed');
    await api(test.url, dora, 'DELETE', '/channels/dora');
    expect(await told).toEqual([{ channel: 'dora', reason: 'ended' }]);
    await expect.poll(() => mediaOf(started.broadcast.id)).toBeUndefined();
  });

  it('is notified when the channel is deleted', async () => {
    const carl = await registerWithChannel(test.url, 'carl');
    const viewer = await connect(null);
    await request(viewer, 'viewer:join', { channel: 'carl' });
    const told = next(viewer, 'channel:deleted');
    await api(test.url, carl, 'DELETE', '/channels/carl');
    expect(await told).toEqual([{ channel: 'carl' }]);
  });
});

describe('the SFU', () => {
  it('distributes viewers over workers with one pipe each, and closes unused routers', async () => {
    const { started } = await publish(ann, 'ann');
    const media = mediaOf(started.broadcast.id)!;
    const viewers = await Promise.all(Array.from({ length: 8 }, () => connect(null)));
    const joins = viewers.map((viewer) =>
      request(viewer, 'viewer:join', { channel: 'ann', rtpCapabilities: h264Viewer }),
    );
    // All viewers join at once: each placement must take the others' load into account.
    for (const joined of await Promise.all(joins)) expect(joined.media?.consumers.length).toBe(2);
    expect(media.output.routers).toBe(2);
    const perWorker = [...media.output.viewers].map(({ site }) => site.worker.index);
    expect(new Set(perWorker)).toEqual(new Set([0, 1]));
    for (const viewer of viewers) viewer.disconnect();
    await expect.poll(() => media.output.routers).toBe(1);
    await expect
      .poll(() => test.app.get(SfuService).pool.workers.map(({ load }) => load))
      .toContain(0);
  });

  it('reports no closed transport to a viewer who joins again', async () => {
    const { socket } = await publish(ann, 'ann');
    const viewer = await connect(null);
    const closed: string[] = [];
    viewer.on('transport:closed', ({ transportId }: { transportId: string }) => {
      closed.push(transportId);
    });
    const join = () =>
      request(viewer, 'viewer:join', { channel: 'ann', rtpCapabilities: h264Viewer });
    const first = await join();
    const second = await join();
    expect(second.media?.transport.id).not.toBe(first.media?.transport.id);
    await request(viewer, 'clock:ping', {});
    expect(closed).toEqual([]);
    await request(socket, 'publisher:end', { channel: 'ann' });
  });

  it('replaces a worker that dies, notifies its peers, and continues', async () => {
    const { socket, started } = await publish(ann, 'ann');
    const viewer = await connect(null);
    await request(viewer, 'viewer:join', { channel: 'ann', rtpCapabilities: h264Viewer });
    const sfu = test.app.get(SfuService);
    const closed = Promise.all([
      next(socket, 'transport:closed'),
      next(viewer, 'transport:closed'),
    ]);
    const before = sfu.pool.deaths;
    for (const worker of sfu.pool.workers) process.kill(worker.pid, 'SIGKILL');
    expect((await closed)[0]).toEqual([{ transportId: started.transport.id }]);
    await expect.poll(() => sfu.pool.workers.length, { timeout: 30_000 }).toBe(2);
    expect(sfu.pool.deaths).toBe(before + 2);
    const again = await publish(ann, 'ann');
    const joined = await request(viewer, 'viewer:join', {
      channel: 'ann',
      rtpCapabilities: h264Viewer,
    });
    expect(joined.media?.consumers.length).toBe(2);
    await request(again.socket, 'publisher:end', { channel: 'ann' });
  });

  it('asks clients to retry while workers die, and never reports their request as invalid', async () => {
    const sfu = test.app.get(SfuService);
    const socket = await connect(ann);
    const seen: (string | undefined)[] = [];
    const tell = async (event: string, payload: unknown) => {
      const reply = await ask(socket, event, payload);
      if (!reply.ok) seen.push(reply.error?.code);
    };
    for (let round = 0; round < 5; round += 1) {
      await expect.poll(() => sfu.pool.workers.length, { timeout: 30_000 }).toBe(2);
      await request(socket, 'publisher:start', { channel: 'ann' });
      for (const worker of sfu.pool.workers) process.kill(worker.pid, 'SIGKILL');
      await Promise.all([
        tell('publisher:produce', videoTrack()),
        tell('publisher:start', { channel: 'ann' }),
        tell('publisher:produce', audioTrack()),
      ]);
    }
    const passing = new Set(['unavailable', 'transport_not_found', 'not_publishing', 'conflict']);
    expect(seen.filter((code) => !passing.has(code ?? ''))).toEqual([]);
    expect(seen).not.toEqual([]);
  });
});
