import type { types } from 'mediasoup';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { BroadcastDirectory, type RemoteBroadcast } from '../../src/broadcast/directory.js';
import { type CallError, NODE_CALLS, type NodeCalls } from '../../src/cluster/node-calls.js';
import { createDepacketizer } from '../../src/media/rtp/create-depacketizer.js';
import { parseRtpPacket } from '../../src/media/rtp/rtp-packet.js';
import type { ChannelView } from '../../src/protocol/channel.js';
import { KeyFrameOrder } from '../../src/sfu/key-frame-order.js';
import { SfuService } from '../../src/sfu/sfu.service.js';
import type { TestApp } from '../support/app.js';
import type { Film } from '../support/film-rtp.js';
import type { SetsSent } from '../support/lacking-sets.js';
import { TestNodes } from '../support/nodes.js';
import { encodeNumberedFilm } from '../support/numbered-film.js';
import { api, type Person, registerWithChannel } from '../support/people.js';
import { audioTrack, h264Viewer, videoTrack } from '../support/rtc.js';
import { SimulcastPublisher } from '../support/simulcast-publisher.js';
import { type ClientSocket, next, openSocket, request } from '../support/sockets.js';
import { WeriftPublisher } from '../support/werift-publisher.js';
import { WeriftViewer } from '../support/werift-viewer.js';

const LIMIT = { timeout: 45_000, interval: 50 };
const FILM: Film = { video: 'h264', audio: true, size: '320x180' };
const FRAMES_PER_SECOND = 15;

describe.skipIf(!process.env.TEST_DATABASE_URL)(
  'viewers on a node to which the publisher is not connected',
  { timeout: 120_000 },
  () => {
    let nodes: TestNodes;
    let origin: TestApp;
    let edge: TestApp;
    let ann: Person;
    let key: string;
    let isStopped = false;

    beforeAll(async () => {
      nodes = await TestNodes.open();
      const settings = { GRACE_SECONDS: '30', RTC_WORKERS: '2' };
      origin = await nodes.start('origin', settings);
      edge = await nodes.start('edge', settings);
      ann = await registerWithChannel(origin.url, 'ann');
      ({ streamKey: key } = await api<{ streamKey: string }>(
        origin.url,
        ann,
        'POST',
        '/channels/ann/stream-key',
      ));
    }, 60_000);
    afterAll(() => nodes.close());

    const stateAt = async (node: TestApp) => {
      const { broadcast } = await api<ChannelView>(node.url, null, 'GET', '/channels/ann');
      return broadcast?.state ?? null;
    };
    const isIn = (node: TestApp, state: string | null) =>
      vi.waitUntil(async () => (await stateAt(node)) === state, LIMIT);
    const outputsOf = (node: TestApp) =>
      [...node.app.get(SfuService).broadcasts].map(({ output }) => output);
    const loadOf = (node: TestApp) =>
      node.app.get(SfuService).pool.workers.reduce((sum, { load }) => sum + load, 0);

    /** Ends the broadcast, and resolves when the edge has removed it. */
    async function end(): Promise<void> {
      if (!isStopped) {
        const socket = await connect(origin, ann);
        await request(socket, 'publisher:end', { channel: 'ann' }).catch(() => undefined);
        await isIn(origin, null);
      }
      await vi.waitUntil(() => outputsOf(edge).length === 0, LIMIT);
    }

    async function connect(node: TestApp, person: Person | null = null): Promise<ClientSocket> {
      const socket = await openSocket(node.url, person ? { cookie: person.cookie } : {});
      onTestFinished(() => void socket.disconnect());
      return socket;
    }

    /** Publishes over WHIP at the origin; resolves when the edge knows the broadcast. */
    async function publish(parameterSets: SetsSent = 'each'): Promise<WeriftPublisher> {
      onTestFinished(end);
      const at = { url: origin.url, channel: 'ann', key, film: FILM, parameterSets };
      const publisher = new WeriftPublisher(at);
      onTestFinished(() => publisher.vanish());
      expect(await publisher.publish()).toMatchObject({ status: 201 });
      await isIn(edge, 'live');
      return publisher;
    }

    /** Announces a browser's tracks; without a DTLS handshake, the broadcast stays `starting`. */
    async function announce() {
      onTestFinished(end);
      const socket = await connect(origin, ann);
      await request(socket, 'publisher:start', { channel: 'ann' });
      const video = await request(socket, 'publisher:produce', videoTrack());
      const audio = await request(socket, 'publisher:produce', audioTrack());
      await vi.waitUntil(() => remote() !== null, LIMIT);
      return { socket, video, audio };
    }

    /** Returns the broadcast as the edge knows it. */
    const remote = (): RemoteBroadcast | null => edge.app.get(BroadcastDirectory).findByName('ann');

    /** Joins as the watch page does. */
    async function join(node: TestApp) {
      const socket = await connect(node);
      const lost: unknown[] = [];
      socket.on('transport:closed', (payload) => lost.push(payload));
      const rtpCapabilities = h264Viewer;
      const { media } = await request(socket, 'viewer:join', { channel: 'ann', rtpCapabilities });
      const consumers = media?.consumers ?? [];
      const kinds = consumers.map(({ kind }) => kind).toSorted();
      return { socket, consumers, kinds, lost };
    }

    async function watchByWhep(node: TestApp) {
      const widths: number[] = [];
      const decoder = createDepacketizer({
        mimeType: 'video/H264',
        clockRate: 90_000,
        channels: 1,
        parameters: { 'packetization-mode': 1 },
      })!;
      const viewer = new WeriftViewer({
        url: node.url,
        channel: 'ann',
        payloadTypes: { audio: 109, video: 120 },
        onVideo: (bytes) => {
          for (const { config } of decoder.push({ ...parseRtpPacket(bytes)!, arrivedMs: 0 }))
            if (config.kind === 'video') widths.push(config.width);
        },
      });
      onTestFinished(() => viewer.vanish());
      expect(await viewer.watch()).toMatchObject({ status: 201 });
      return { viewer, widths };
    }

    /** Opens a session for a WHEP player that doesn't connect. */
    async function askByWhep(node: TestApp): Promise<void> {
      const payloadTypes = { audio: 109, video: 120 };
      const player = new WeriftViewer({ url: node.url, channel: 'ann', payloadTypes });
      onTestFinished(() => player.vanish());
      const body = await player.offer();
      const answer = await player.request('POST', player.endpoint, {
        type: 'application/sdp',
        body,
      });
      expect(answer.status).toBe(201);
    }

    const receives = async ({ viewer }: { viewer: WeriftViewer }) => {
      const before = { ...viewer.packets };
      for (const kind of ['audio', 'video'] as const)
        await vi.waitUntil(() => viewer.packets[kind] > before[kind] + 20, LIMIT);
    };
    const sees = async ({ widths }: { widths: readonly number[] }) => {
      const before = widths.length;
      await vi.waitUntil(() => widths.length > before + 10, LIMIT);
    };

    const WIDTHS = [160, 320, 640];

    /**
     * Publishes layers with one key frame per second; resolves when the edge knows the broadcast.
     */
    async function publishLayers({ bestFirst = false } = {}): Promise<void> {
      onTestFinished(end);
      const layers = await Promise.all(
        WIDTHS.map((width) =>
          encodeNumberedFilm(
            { width, every: FRAMES_PER_SECOND, from: 0 },
            { frames: 1_000, framesPerSecond: FRAMES_PER_SECOND },
          ),
        ),
      );
      const publisher = new SimulcastPublisher({
        url: origin.url,
        channel: 'ann',
        key,
        layers,
        framesPerSecond: FRAMES_PER_SECOND,
        bestFirst,
        clock: (_layer, frame) => ({ ticks: frame * (90_000 / FRAMES_PER_SECOND), wild: false }),
      });
      await publisher.publish();
      const sending = publisher.send();
      onTestFinished(async () => {
        await publisher.end();
        await sending;
      });
      await isIn(edge, 'live');
    }

    const packetsOf = async (producer: types.Producer | undefined) =>
      ((await producer?.getStats()) ?? []).map(({ packetCount }) => packetCount);

    it('receive audio and video through one pipe, which closes after the last of them', async () => {
      await publish();
      const one = await watchByWhep(edge);
      await receives(one);
      // A player that joins later begins with a key frame.
      const other = await watchByWhep(edge);
      await sees(other);
      const page = await join(edge);
      expect(page.kinds).toEqual(['audio', 'video']);
      expect(outputsOf(edge).map(({ viewers }) => viewers.size)).toEqual([3]);
      // The load from the publisher and the pipe.
      expect(loadOf(origin)).toBe(6);
      for (const { viewer } of [one, other]) await viewer.end();
      page.socket.disconnect();
      await expect.poll(() => outputsOf(edge)).toEqual([]);
      await expect.poll(() => loadOf(origin)).toBe(3);
      expect(loadOf(edge)).toBe(0);
      expect(await stateAt(edge)).toBe('live');
      // The next player opens it again.
      await receives(await watchByWhep(edge));
    });

    it.each([
      ['a page', join],
      ['a WHEP player', askByWhep],
    ])('cause no key frame before the first of them, %s, is ready', async (_what, ask) => {
      await publish();
      await ask(edge);
      const received = async (kind: string) => {
        const [output] = outputsOf(edge);
        const counts = await packetsOf(output?.producers.find((one) => one.kind === kind));
        return counts.reduce((sum, count) => sum + count, 0);
      };
      // This many packets take a second, in which the film has a key frame.
      await vi.waitUntil(async () => (await received('audio')) > 50, LIMIT);
      expect(await received('video')).toBe(0);
      await sees(await watchByWhep(edge));
      expect(await received('video')).toBeGreaterThan(0);
    });

    it('receive all simulcast layers', async () => {
      await publishLayers();
      const { consumers } = await join(edge);
      expect(consumers.map(({ layers: count }) => count)).toEqual([3]);
      const [producer] = outputsOf(edge)[0]!.producers;
      const packets = async () => (await packetsOf(producer)).toSorted((a, b) => a - b);
      await vi.waitUntil(async () => (await packets()).length >= 3, LIMIT);
      const before = await packets();
      await vi.waitUntil(
        async () => (await packets()).every((count, i) => count > (before[i] ?? 0)),
        LIMIT,
      );
      await sees(await watchByWhep(edge));
    });

    it('begin with the best layer over WHEP, and with the pipe’s first key frame', async () => {
      await publishLayers({ bestFirst: true });
      const order = () => outputsOf(origin)[0]!.producers[0]!.appData.keyFrameOrder;
      await vi.waitUntil(() => {
        const observed = order();
        return observed instanceof KeyFrameOrder && observed.isBestFirst;
      }, LIMIT);
      await askByWhep(edge);
      const [producer] = outputsOf(edge)[0]!.producers;
      await producer!.enableTraceEvent(['keyframe']);
      const keyFrames: unknown[] = [];
      producer!.on('trace', ({ type }) => type === 'keyframe' && keyFrames.push(type));
      const [traced] = outputsOf(origin)[0]!.producers;
      await new Promise<void>((resolve) => {
        traced!.on('trace', ({ type }) => type === 'keyframe' && resolve());
      });
      expect(await packetsOf(producer)).toEqual([]);
      const player = await watchByWhep(edge);
      await vi.waitUntil(() => player.widths.length > 0, LIMIT);
      expect(player.widths[0]).toBe(Math.max(...WIDTHS));
      expect(keyFrames.length).toBeLessThanOrEqual(WIDTHS.length);
    });

    it.each(['once', 'offer'] as const)(
      'see video whose parameter sets are sent %s',
      async (sets) => {
        await publish(sets);
        const first = await watchByWhep(edge);
        await receives(first);
        const late = await watchByWhep(edge);
        await sees(late);
        expect(late.viewer.jumps).toEqual([]);
      },
    );

    it('are notified when tracks pause, close and open', async () => {
      const { socket: publisher, video, audio } = await announce();
      const { socket, consumers, kinds } = await join(edge);
      expect(kinds).toEqual(['audio', 'video']);
      const idOf = (kind: string) => consumers.find((one) => one.kind === kind)!.id;
      const pause = (paused: boolean) =>
        request(publisher, 'publisher:pause', { producerId: audio.producerId, paused });
      for (const paused of [true, false]) {
        const told = next(socket, 'viewer:consumer-paused');
        await pause(paused);
        expect(await told).toEqual([{ consumerId: idOf('audio'), paused }]);
      }
      const closed = next(socket, 'viewer:consumer-closed');
      const opened = next(socket, 'viewer:consumer');
      await request(publisher, 'publisher:unproduce', { producerId: video.producerId });
      expect(await closed).toEqual([{ consumerId: idOf('video') }]);
      await pause(true);
      await request(publisher, 'publisher:produce', videoTrack());
      expect(await opened).toMatchObject([{ kind: 'video', layers: 3, producerPaused: false }]);
      // A viewer who joins while a track is paused is notified.
      const late = await join(edge);
      expect(late.consumers.find(({ kind }) => kind === 'audio')?.producerPaused).toBe(true);
    });

    it('keep their transports while the publisher reconnects, and get the new tracks', async () => {
      const publisher = await publish();
      const player = await watchByWhep(edge);
      const page = await join(edge);
      await receives(player);
      const closed = next(page.socket, 'viewer:consumer-closed');
      const opened = next(page.socket, 'viewer:consumer');
      await publisher.vanish();
      await isIn(edge, 'interrupted');
      await publish();
      await Promise.all([closed, opened]);
      await receives(player);
      expect(player.viewer.ssrcs.video.size).toBe(1);
      expect(page.lost).toEqual([]);
    });

    it('keep their transports when the media worker of the origin dies', async () => {
      await publish();
      const page = await join(edge);
      const opened = next(page.socket, 'viewer:consumer');
      const { pid } = outputsOf(origin)[0]!.origin.worker;
      process.kill(pid, 'SIGKILL');
      await isIn(edge, 'interrupted');
      await publish();
      await opened;
      expect(page.lost).toEqual([]);
      await receives(await watchByWhep(edge));
    });

    it('are notified of the end', async () => {
      await publish();
      const page = await join(edge);
      const player = await watchByWhep(edge);
      await receives(player);
      const states: (string | undefined)[] = [];
      page.socket.on('channel:state', ({ broadcast }) => states.push(broadcast?.state));
      await end();
      await expect.poll(() => states).toContain('ended');
      await expect.poll(() => page.lost.length).toBe(1);
      await expect.poll(async () => (await player.viewer.end()).status).toBe(404);
    });

    it('receive nothing under another epoch', async () => {
      await publish();
      const { nodeId, id, epoch } = remote()!;
      const calls = edge.app.get<NodeCalls>(NODE_CALLS);
      const srtp = {
        cryptoSuite: 'AEAD_AES_256_GCM',
        keyBase64: Buffer.alloc(44, 1).toString('base64'),
      };
      const feed = (body: object) =>
        calls.open(nodeId, 'feed', { broadcastId: id, epoch, ...body }).then(
          ({ stream }) => stream.close(),
          (error: CallError) => error.failure,
        );
      const pipeEnd = { ip: '127.0.0.1', port: 9, srtp };
      expect(await feed({ end: pipeEnd, epoch: epoch + 1 })).toBe('gone');
      expect(await feed({ end: pipeEnd, broadcastId: 'another' })).toBe('gone');
      expect(await feed({ end: { ...pipeEnd, ip: 'somewhere' } })).toBe('failed');
      expect(loadOf(origin)).toBe(3);
      expect(await feed({ end: pipeEnd })).toBeUndefined();
      await expect.poll(() => loadOf(origin)).toBe(3);
    });

    it('wait for the publisher when the origin stops', async () => {
      await publish();
      const page = await join(edge);
      const states: (string | undefined)[] = [];
      page.socket.on('channel:state', ({ broadcast }) => states.push(broadcast?.state));
      isStopped = true;
      await nodes.stop(origin);
      await expect.poll(() => states).toContain('interrupted');
      // The edge takes the broadcast over.
      await expect.poll(remote).toBeNull();
      expect(states).not.toContain('ended');
    });
  },
);
