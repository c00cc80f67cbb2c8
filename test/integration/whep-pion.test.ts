import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ChannelView } from '../../src/protocol/channel.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { api, createStreamKey, type Person, registerWithChannel } from '../support/people.js';
import { PionPlayer } from '../support/pion-player.js';
import { buildPion } from '../support/pion-program.js';
import { WeriftPublisher } from '../support/werift-publisher.js';

const LIMIT = { timeout: 60_000, interval: 100 };
const program = buildPion('player');
let server: TestApp;
let ann: Person;
let key = '';
let publisher: WeriftPublisher;
const players: PionPlayer[] = [];

const state = async () =>
  (await api<ChannelView>(server.url, null, 'GET', '/channels/ann')).broadcast?.state;

const publish = async () => {
  const film = { video: 'h264', audio: true } as const;
  publisher = new WeriftPublisher({ url: server.url, channel: 'ann', key, film });
  expect((await publisher.publish()).status).toBe(201);
  await vi.waitUntil(async () => (await state()) === 'live', LIMIT);
};

const play = (asks: boolean): PionPlayer => {
  const player = new PionPlayer(program ?? '', `${server.url}/whep/ann`, { asks });
  players.push(player);
  return player;
};

/** Waits for more media of both kinds. */
const receives = async (player: PionPlayer) => {
  for (const kind of ['audio', 'video'] as const) {
    const before = player.packets(kind);
    await vi.waitUntil(() => player.ended !== null || player.packets(kind) > before + 30, LIMIT);
  }
  expect(player.ended).toBeNull();
};

describe.skipIf(program === null)('a pion player', () => {
  beforeAll(async () => {
    server = await startTestApp({ overrides: { GRACE_SECONDS: '60' } });
    ann = await registerWithChannel(server.url, 'ann');
    key = await createStreamKey(server.url, ann);
    await publish();
  });
  afterEach(() => {
    for (const player of players.splice(0)) player.stop();
  });
  afterAll(async () => {
    await publisher.end();
    await server.close();
  });

  it.each([
    ['its own offer', false],
    ['the server’s offer', true],
  ])('receives audio and video by %s', async (_whose, asks) => {
    const player = play(asks);
    await receives(player);
    expect(player.tracks.map(({ kind, codec }) => `${kind} ${codec}`).toSorted()).toEqual([
      'audio audio/opus',
      'video video/H264',
    ]);
  });

  it('continues with the same tracks when the publisher returns', async () => {
    const player = play(false);
    await receives(player);
    const before = player.tracks.map(({ ssrc }) => ssrc).toSorted((a, b) => a - b);
    await publisher.vanish();
    await vi.waitUntil(async () => (await state()) === 'interrupted', LIMIT);
    await publish();
    await receives(player);
    expect(player.tracks.map(({ ssrc }) => ssrc).toSorted((a, b) => a - b)).toEqual(before);
  });
});
