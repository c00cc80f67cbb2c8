import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createDepacketizer } from '../../src/media/rtp/create-depacketizer.js';
import type { BroadcastView } from '../../src/protocol/broadcast.js';
import type { ChannelView } from '../../src/protocol/channel.js';
import type { IngestView } from '../../src/protocol/ingest.js';
import type { RecordingView } from '../../src/protocol/recording.js';
import { parseRtpPacket } from '../../src/media/rtp/rtp-packet.js';
import { playWithFfmpeg, probeBytes, probeHls } from '../support/ffmpeg-reader.js';
import type { SetsSent } from '../support/lacking-sets.js';
import { api, createStreamKey, type Person, registerWithChannel } from '../support/people.js';
import { WeriftPublisher } from '../support/werift-publisher.js';
import { WeriftViewer } from '../support/werift-viewer.js';
import { useServer } from '../support/fixtures/use-server.js';

const LIMIT = { timeout: 60_000, interval: 100 };
const server = useServer({ overrides: { GRACE_SECONDS: '20' } });
let ann: Person;
let key = '';
let publisher: WeriftPublisher | null = null;
const viewers: WeriftViewer[] = [];

const channel = () => api<ChannelView>(server.url, null, 'GET', '/channels/ann');
const broadcast = async (): Promise<BroadcastView | null> => (await channel()).broadcast;
const ingest = () => api<IngestView>(server.url, ann, 'GET', '/channels/ann/ingest');
const index = () => `${server.url}/hls/ann/index.m3u8`;

async function publish(parameterSets: SetsSent): Promise<void> {
  const film = { video: 'h264', audio: true } as const;
  publisher = new WeriftPublisher({ url: server.url, channel: 'ann', key, film, parameterSets });
  expect((await publisher.publish()).status).toBe(201);
  await vi.waitUntil(async () => (await broadcast())?.state === 'live', LIMIT);
}

/** Counts the frames that a WHEP player can decode from the stream alone. */
async function watch(): Promise<{ pictures: () => number }> {
  const decoder = createDepacketizer({
    mimeType: 'video/H264',
    clockRate: 90_000,
    channels: 1,
    parameters: { 'packetization-mode': 1 },
  })!;
  let pictures = 0;
  let next: number | null = null;
  const one = new WeriftViewer({
    url: server.url,
    channel: 'ann',
    payloadTypes: { audio: 96, video: 97 },
    onVideo: (bytes) => {
      const packet = parseRtpPacket(bytes)!;
      if (next !== null && next !== packet.sequenceNumber) decoder.lost();
      next = (packet.sequenceNumber + 1) & 0xffff;
      pictures += decoder.push({ ...packet, arrivedMs: 0 }).length;
    },
  });
  viewers.push(one);
  expect((await one.watch()).status).toBe(201);
  return { pictures: () => pictures };
}

beforeAll(async () => {
  ann = await registerWithChannel(server.url, 'ann');
  key = await createStreamKey(server.url, ann);
});
afterEach(async () => {
  for (const one of viewers.splice(0)) await one.vanish();
  await publisher?.end();
  publisher = null;
  await vi.waitUntil(async () => (await broadcast()) === null, LIMIT);
});

describe(
  'a stream whose parameter sets do not precede each key frame',
  { timeout: 150_000 },
  () => {
    it.each(['offer', 'once'] as const)(
      'can be watched by everyone, with the sets sent: %s',
      async (sent) => {
        await publish(sent);
        const early = await watch();
        await vi.waitUntil(async () => (await broadcast())?.hls === 'ready', LIMIT);
        const late = await watch();
        for (const one of [early, late]) await vi.waitUntil(() => one.pictures() > 30, LIMIT);
        expect((await ingest()).tracks.map(({ codec }) => codec)).toContain('H264');

        const live = await probeHls(index(), { from: 'rewind', seconds: 3 });
        expect(live.find(({ kind }) => kind === 'video')?.packets.length).toBeGreaterThan(20);
        await playWithFfmpeg(index(), { from: 'rewind', seconds: 3 });
        await vi.waitUntil(async () => (await channel()).thumbnail !== null, LIMIT);

        const { id } = (await broadcast())!;
        await publisher!.end();
        const recording = () => api<RecordingView>(server.url, ann, 'GET', `/recordings/${id}`);
        await vi.waitUntil(async () => (await recording()).state === 'ready', LIMIT);
        const file = await fetch(`${server.url}/api/recordings/${id}/download.mp4`);
        const kept = await probeBytes(new Uint8Array(await file.arrayBuffer()));
        expect(kept.find(({ kind }) => kind === 'video')).toMatchObject({
          width: 640,
          height: 360,
        });
      },
    );

    it('is not reported as ready if they never arrive', async () => {
      await publish('never');
      await vi.waitUntil(async () => (await fetch(index())).ok, LIMIT);
      expect((await broadcast())?.hls).toBe('preparing');
    });
  },
);
