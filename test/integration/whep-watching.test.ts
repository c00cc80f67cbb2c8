import { parse } from 'sdp-transform';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ChannelView } from '../../src/protocol/channel.js';
import { SfuService } from '../../src/sfu/sfu.service.js';
import { api, createStreamKey, type Person, registerWithChannel } from '../support/people.js';
import { WeriftPublisher } from '../support/werift-publisher.js';
import { WeriftViewer } from '../support/werift-viewer.js';
import { useServer } from '../support/fixtures/use-server.js';

const LIMIT = { timeout: 60_000, interval: 100 };
const FILM = { video: 'h264', audio: true } as const;
const server = useServer({ overrides: { GRACE_SECONDS: '30' } });
let ann: Person;
let key = '';
let publisher: WeriftPublisher;
const viewers: WeriftViewer[] = [];

const publish = async (film: ConstructorParameters<typeof WeriftPublisher>[0]['film'] = FILM) => {
  publisher = new WeriftPublisher({ url: server.url, channel: 'ann', key, film });
  expect((await publisher.publish()).status).toBe(201);
  await vi.waitUntil(async () => (await channel()).broadcast?.state === 'live', LIMIT);
};

const channel = () => api<ChannelView>(server.url, null, 'GET', '/channels/ann');
const viewerCount = async () => (await channel()).viewers;
const routers = () => [...server.app.get(SfuService).broadcasts][0]?.output.routers ?? 0;

const viewer = (
  payloadTypes: { audio: number; video: number } = { audio: 96, video: 97 },
  more: Partial<ConstructorParameters<typeof WeriftViewer>[0]> = {},
): WeriftViewer => {
  const made = new WeriftViewer({ url: server.url, channel: 'ann', payloadTypes, ...more });
  viewers.push(made);
  return made;
};

/** Waits for more media of each kind. */
const receives = async (one: WeriftViewer, kinds: readonly ('audio' | 'video')[]) => {
  const before = { ...one.packets };
  for (const kind of kinds) await vi.waitUntil(() => one.packets[kind] > before[kind] + 20, LIMIT);
};

/** Returns the first SSRC in each media section of an answer. */
const namedSsrcs = (sdp: string) =>
  Object.fromEntries(
    parse(sdp).media.map(({ type, ssrcs = [] }) => [type, ssrcs.slice(0, 1).map(({ id }) => id)]),
  );

beforeAll(async () => {
  ann = await registerWithChannel(server.url, 'ann');
  key = await createStreamKey(server.url, ann);
  await publish();
});
afterEach(async () => {
  for (const one of viewers.splice(0)) {
    if (one.resource !== '') await one.end();
    await one.vanish();
  }
});
afterAll(async () => {
  await publisher.end();
});

describe('a WHEP player', () => {
  it('receives audio and video under its own payload types', async () => {
    const one = viewer({ audio: 109, video: 120 });
    const answer = await one.watch();
    expect(answer.text).toMatch(/^a=rtpmap:120 H264\/90000\r$/m);
    expect(answer.text).toMatch(/^a=rtpmap:109 opus\/48000\/2\r$/m);
    await receives(one, ['audio', 'video']);
    expect([...one.payloadTypes.video]).toEqual([120]);
    expect([...one.payloadTypes.audio]).toEqual([109]);
  });

  it('shares a router with players of the same payload types, which closes with the last of them', async () => {
    const before = routers();
    const ones = [viewer({ audio: 101, video: 102 }), viewer({ audio: 101, video: 102 })];
    const other = viewer({ audio: 102, video: 101 });
    for (const one of [...ones, other]) await one.watch();
    for (const one of [...ones, other]) await receives(one, ['audio', 'video']);
    expect([...other.payloadTypes.video]).toEqual([101]);
    expect(routers()).toBe(before + 2);
    expect(await viewerCount()).toBe(3);
    for (const one of [ones[0]!, other]) expect((await one.end()).status).toBe(200);
    expect(routers()).toBe(before + 1);
    await ones[1]!.end();
    expect(routers()).toBe(before);
    expect(await viewerCount()).toBe(0);
    viewers.splice(0);
  });

  it('receives audio alone if that is all it requests', async () => {
    const one = viewer();
    await one.watch(['audio']);
    await receives(one, ['audio']);
    expect(one.packets.video).toBe(0);
  });

  it('is rejected without the video codec, with advice', async () => {
    const one = viewer(undefined, { video: 'VP8' });
    const answer = await one.watch();
    expect(answer.status).toBe(422);
    expect(answer.text).toContain('HLS');
    expect(await viewerCount()).toBe(0);
  });

  it('is removed when its connection closes without a DELETE', async () => {
    const one = viewer();
    await one.watch();
    await receives(one, ['video']);
    await one.vanish();
    await vi.waitUntil(async () => (await viewerCount()) === 0, LIMIT);
    expect((await one.end()).status).toBe(404);
    viewers.splice(0);
  });

  it('receives the SSRCs in the answer', async () => {
    const one = viewer();
    const { text } = await one.watch();
    await receives(one, ['audio', 'video']);
    expect(namedSsrcs(text)).toEqual({ audio: [...one.ssrcs.audio], video: [...one.ssrcs.video] });
  });

  it('continues with the same SSRCs, in sync, when the publisher returns', async () => {
    const one = viewer();
    const { text } = await one.watch();
    await receives(one, ['video', 'audio']);
    await publisher.vanish();
    await vi.waitUntil(async () => (await channel()).broadcast?.state === 'interrupted', LIMIT);
    await publish();
    await receives(one, ['video', 'audio']);
    expect(namedSsrcs(text)).toEqual({ audio: [...one.ssrcs.audio], video: [...one.ssrcs.video] });
    expect(one.jumps).toEqual([]);
    expect((await one.end()).status).toBe(200);
    viewers.splice(0);
  });

  it('is closed and can start again when the publisher returns with another codec', async () => {
    const one = viewer();
    await one.watch();
    await receives(one, ['video', 'audio']);
    await publisher.vanish();
    await vi.waitUntil(async () => (await channel()).broadcast?.state === 'interrupted', LIMIT);
    await publish({ video: 'vp8', audio: true });
    const again = viewer(undefined, { video: 'VP8' });
    await vi.waitUntil(async () => (await again.watch()).status === 201, LIMIT);
    await receives(again, ['video', 'audio']);
    expect((await one.end()).status).toBe(404);
  });
});
