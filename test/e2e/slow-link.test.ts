import { observer, type types } from 'mediasoup';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.js';
import { type LabHost, LabNetwork, noSlowLinks } from '../support/lab/lab-network.js';
import { type EncodedLayer, encodeNumberedFilm } from '../support/numbered-film.js';
import { createStreamKey, registerWithChannel } from '../support/people.js';
import { PionPlayer } from '../support/pion-player.js';
import { buildPion } from '../support/pion-program.js';
import { SimulcastPublisher } from '../support/simulcast-publisher.js';

/** Bandwidth estimation is slow on a busy machine. */
const PATIENCE = { timeout: 240_000, interval: 200 };
const FRAMES_PER_SECOND = 15;
const FILM_FRAMES = 300;
/** One key frame per second, so that a viewer can soon change to another layer. */
const KEY_FRAMES = { every: FRAMES_PER_SECOND, from: 0 };
/** Enough for all tests, which stop the publisher when they finish. */
const REPETITIONS = 60;
const LAYERS = [
  { width: 320, bps: 150_000 },
  { width: 640, bps: 600_000 },
  { width: 1_280, bps: 2_400_000 },
];
/** A NAL unit that decoders skip (H.264, section 7.3.2.7), as an RTP payload. */
const FILLER = new Uint8Array(1_000).fill(0xff).fill(0x0c, 0, 1);

const program = buildPion('player');
const reason = noSlowLinks() ?? (program === null ? 'Go is missing' : null);
/** What the service sends to a player. */
type Sent = Readonly<{ transport: types.WebRtcTransport; video: types.Consumer }>;
/** What is sent to each player, in the order in which the players connected. */
const all: Sent[] = [];

observer.on('newworker', (worker) =>
  worker.observer.on('newrouter', (router) =>
    router.observer.on('newtransport', (transport) => {
      if (transport.type !== 'webrtc') return;
      transport.observer.on('newconsumer', (video) => {
        if (video.kind === 'video')
          all.push({ transport: transport as types.WebRtcTransport, video });
      });
    }),
  ),
);

/** Pads a layer's frames to reach its bit rate, and repeats them. */
function longFilm(frames: EncodedLayer, bps: number): EncodedLayer {
  const bytes = bps / 8 / FRAMES_PER_SECOND;
  const filled = frames.map((payloads) => {
    const missing = bytes - payloads.reduce((sum, { length }) => sum + length, 0);
    const fillers = Array.from({ length: Math.max(0, Math.round(missing / 1_000)) }, () => FILLER);
    return [...payloads.slice(0, -1), ...fillers, ...payloads.slice(-1)];
  });
  return Array.from({ length: REPETITIONS }, () => filled).flat();
}

describe.skipIf(reason !== null)('a viewer on a slow link', () => {
  let network: LabNetwork;
  let server: TestApp;
  let publisher: SimulcastPublisher;
  let endpoint = '';

  beforeAll(async () => {
    network = await LabNetwork.open();
    server = await startTestApp({ overrides: { HOST: '0.0.0.0' } });
    const url = `http://127.0.0.1:${new URL(server.url).port}`;
    endpoint = `http://${network.ownAddress}:${new URL(server.url).port}/whep/ann`;
    const key = await createStreamKey(url, await registerWithChannel(url, 'ann'));
    const size = { frames: FILM_FRAMES, framesPerSecond: FRAMES_PER_SECOND };
    const layers = await Promise.all(
      LAYERS.map(async ({ width, bps }) =>
        longFilm(await encodeNumberedFilm({ width, ...KEY_FRAMES }, size), bps),
      ),
    );
    publisher = new SimulcastPublisher({
      url,
      channel: 'ann',
      key,
      layers,
      framesPerSecond: FRAMES_PER_SECOND,
      clock: (_layer, frame) => ({ ticks: (frame * 90_000) / FRAMES_PER_SECOND, wild: false }),
    });
    await publisher.publish();
    void publisher.send();
  });
  afterAll(async () => {
    await publisher?.end();
    await server?.close();
    await network?.close();
  });

  /** Watches from a host; `asks`: whether the player asks the server to make the offer. */
  async function open(
    host: LabHost,
    { asks }: { asks: boolean },
  ): Promise<{ player: PionPlayer; sent: Sent }> {
    const count = all.length;
    const start = (command: readonly string[]) => network.spawn(host, command, {});
    const player = new PionPlayer(program ?? '', endpoint, { asks, start });
    onTestFinished(() => player.stop());
    await expect.poll(() => player.packets('video'), PATIENCE).toBeGreaterThan(0);
    const sent = all[count];
    if (!sent) throw new Error('nothing is sent');
    return { player, sent };
  }

  /** Watches like {@link open}; resolves with what is sent to the player. */
  const watch = async (host: LabHost, how: { asks: boolean }) => (await open(host, how)).sent;

  const layerOf = ({ video }: Sent) => video.currentLayers?.spatialLayer ?? null;

  /** Resolves when one of these layers is sent, and the estimated bit rate is at most this. */
  const fits = async (sent: Sent, layers: readonly number[], atMostBps = Infinity) => {
    let state = '';
    const isFitting = async () => {
      const bps = (await sent.transport.getStats())[0]?.availableOutgoingBitrate ?? Infinity;
      const layer = layerOf(sent);
      state = `layer ${layer}, ${bps} bit/s`;
      return layer !== null && layers.includes(layer) && bps <= atMostBps;
    };
    await vi.waitUntil(isFitting, PATIENCE).catch((cause: unknown) => {
      throw new Error(`not layer ${layers.join(' or ')} at ${atMostBps} bit/s: ${state}`, {
        cause,
      });
    });
  };

  it('gets a layer that fits, even after the link has become slower, beside a fast viewer', async () => {
    const [quick, host] = [await network.addHost('fast'), await network.addHost('slow')];
    await network.limit(host, 1_000_000);
    const [fast, slow] = [await watch(quick, { asks: true }), await watch(host, { asks: true })];
    await fits(fast, [2]);
    // At first, mediasoup assumes 2.5 Mbit/s.
    await fits(slow, [0, 1], 1_200_000);
    await network.limit(host, 300_000);
    await fits(slow, [0], 500_000);
    expect(layerOf(slow)).toBe(0);
    await fits(fast, [2]);
  });

  it('gets the lowest layer even if it doesn’t fit, and recovers with the link', async () => {
    const host = await network.addHost('weak');
    const { sent, player } = await open(host, { asks: true });
    let wasWithout = false;
    sent.video.on('layerschange', (layers) => {
      wasWithout ||= layers === undefined;
    });
    await network.limit(host, 60_000);
    // The estimated bit rate is too low even for the lowest layer.
    await vi.waitUntil(() => wasWithout, PATIENCE);
    await fits(sent, [0]);
    // The bit rate is higher than the link can carry.
    const [stat] = await sent.transport.getStats();
    expect(stat?.availableOutgoingBitrate).toBeGreaterThan(120_000);
    await network.limit(host, null);
    const before = player.packets('video');
    await expect.poll(() => player.packets('video'), PATIENCE).toBeGreaterThan(before + 100);
    expect(player.ended).toBeNull();
  });

  it('gets a lower layer because of packet loss, if the player doesn’t support transport-cc', async () => {
    const host = await network.addHost('loss');
    const sent = await watch(host, { asks: false });
    await expect.poll(() => layerOf(sent), PATIENCE).toBe(2);
    expect((await sent.transport.getStats())[0]?.availableOutgoingBitrate).toBeUndefined();
    await network.limit(host, 1_000_000);
    await expect.poll(() => layerOf(sent), PATIENCE).toBe(1);
  });
});
