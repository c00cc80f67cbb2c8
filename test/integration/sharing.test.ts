import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { systemClock } from '../../src/common/clock.js';
import { createLog } from '../../src/common/logger.js';
import { readConfig } from '../../src/config/read-config.js';
import { HlsService } from '../../src/hls/hls.service.js';
import { Run } from '../../src/hls/run/run.js';
import { SegmentStore } from '../../src/hls/run/segment-store.js';
import type { Sharing } from '../../src/protocol/sharing.js';
import { Metrics } from '../../src/common/metrics.js';
import { useServer } from '../support/fixtures/use-server.js';
import { HttpClient, loggedIn } from '../support/http-client.js';
import { openSocket, request } from '../support/sockets.js';

const WAIT = { timeout: 30_000 };
const server = useServer({ overrides: { CHANNELS_PER_ACCOUNT: '50' } });
let owner: HttpClient;
let guest: HttpClient;
let store: SegmentStore;
let dataDir: string;
const runs = new Map<string, Run>();
let count = 0;

beforeAll(async () => {
  owner = await loggedIn(server.url, 'owner');
  guest = new HttpClient(server.url);
  dataDir = await mkdtemp(join(tmpdir(), 'onair-sharing-'));
  store = await SegmentStore.create({ dataDir, log: LOG });
  vi.spyOn(server.app.get(HlsService), 'find').mockImplementation((name) => {
    const run = runs.get(name);
    return run && { run, state: 'ready', thumbnail: null };
  });
});
afterAll(async () => {
  vi.restoreAllMocks();
  for (const run of runs.values()) run.close();
  await store.close();
  await rm(dataDir, { recursive: true, force: true, maxRetries: 10 });
});
beforeEach(async () => {
  count += 1;
  await owner.post('/api/channels', { name: name() });
  const { hls: config } = readConfig({});
  const files = store.open(name(), config.diskMaxBytes);
  const run = new Run({ config, clock: systemClock, log: LOG, files, limits: {} });
  run.rendition('video-0', { kind: 'video', layer: 0 });
  run.rendition('opus', { kind: 'audio' });
  runs.set(name(), run);
});

const LOG = createLog({ level: 'silent', format: 'text' });
const name = () => `channel-${count}`;

const set = async (enabled: boolean) => {
  const body = { enabled, liveAbove: 5 };
  const { status } = await owner.request('PATCH', `/api/channels/${name()}/sharing`, { body });
  expect(status).toBe(200);
};
const restrict = async (body: object) => {
  const { status } = await owner.request('PATCH', `/api/channels/${name()}/access`, { body });
  expect(status).toBe(200);
};
const sharingOf = async (who: HttpClient): Promise<Sharing> => {
  const { status, body } = await who.get(`/api/channels/${name()}/sharing`);
  expect(status).toBe(200);
  return body as Sharing;
};
/** Computes what p2p-media-loader-core announces. */
const hashOf = ({ swarms }: Sharing, stream = 'main-video-0'): string =>
  createHash('sha1')
    .update(`v2-${swarms[0]!.swarm}-${stream}`)
    .digest()
    .subarray(0, 15)
    .toString('base64');

/** The tracker's replies. */
type Received = Record<string, unknown>;

/** A viewer's connection to the tracker. */
class Peer {
  readonly id: string;
  readonly received: Received[] = [];
  readonly closed: Promise<number>;
  readonly #socket: WebSocket;

  private constructor(id: string, socket: WebSocket) {
    this.id = id.padEnd(20, '.');
    this.#socket = socket;
    socket.on('message', (data: Buffer) => this.received.push(JSON.parse(data.toString())));
    this.closed = once(socket, 'close').then(([code]) => Number(code));
  }

  static async open(id: string, { tracker }: Sharing, headers = {}): Promise<Peer> {
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}${tracker}`, { headers });
    await once(socket, 'open');
    return new Peer(id, socket);
  }

  announce(infoHash: string, offers = 0): void {
    this.send({
      action: 'announce',
      info_hash: infoHash,
      peer_id: this.id,
      numwant: offers,
      offers: Array.from({ length: offers }, (_, at) => ({
        offer: { type: 'offer', sdp: `offer ${at} of ${this.id}` },
        offer_id: `${at}`.padEnd(20, '-'),
      })),
    });
  }

  answer(received: Received): void {
    this.send({
      action: 'announce',
      info_hash: received.info_hash,
      peer_id: this.id,
      to_peer_id: received.peer_id,
      offer_id: received.offer_id,
      answer: { type: 'answer', sdp: `answer of ${this.id}` },
    });
  }

  send(message: object | string): void {
    this.#socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  close(): void {
    this.#socket.close();
  }

  /** Resolves with the first message that has this field. */
  get(field: string): Promise<Received> {
    return vi.waitUntil(() => this.received.find((one) => field in one), WAIT);
  }
}

/** Resolves with the HTTP status with which the tracker refuses a connection. */
async function refusal(path: string, headers = {}): Promise<number> {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}${path}`, { headers });
  const [, response] = (await once(socket, 'unexpected-response')) as [
    unknown,
    { statusCode: number },
  ];
  socket.on('error', () => undefined);
  socket.terminate();
  return response.statusCode;
}

describe('sharing', () => {
  it('is off until the owner turns it on', async () => {
    const off = await sharingOf(guest);
    expect(off).toEqual({
      settings: { enabled: false, liveAbove: 20 },
      tracker: null,
      swarms: [],
      iceServers: [],
    });
    expect(await refusal(`/p2p/${name()}`)).toBe(404);
    await set(true);
    const on = await sharingOf(guest);
    expect(on.settings).toEqual({ enabled: true, liveAbove: 5 });
    expect(on.tracker).toBe(`/p2p/${name()}`);
    expect(on.swarms.map(({ run }) => run)).toEqual([runs.get(name())!.id]);
  });

  it('can be changed only by the owner', async () => {
    const other = await loggedIn(server.url, 'other');
    const body = { enabled: true, liveAbove: 1 };
    const path = `/api/channels/${name()}/sharing`;
    expect((await other.request('PATCH', path, { body })).status).toBe(403);
    expect((await guest.request('PATCH', path, { body })).status).toBe(401);
    expect((await owner.request('PATCH', path, { body: { ...body, liveAbove: -1 } })).status).toBe(
      400,
    );
    expect((await sharingOf(owner)).settings.enabled).toBe(false);
  });

  it('lets two viewers find each other, without affecting the page’s own socket', async () => {
    await set(true);
    const sharing = await sharingOf(guest);
    const page = await openSocket(server.url);
    const [first, second] = [await Peer.open('first', sharing), await Peer.open('second', sharing)];
    first.announce(hashOf(sharing));
    expect(await first.get('interval')).toMatchObject({ interval: 60 });
    second.announce(hashOf(sharing), 3);
    const offer = await first.get('offer');
    expect(offer).toMatchObject({
      peer_id: second.id,
      offer: { type: 'offer', sdp: `offer 0 of ${second.id}` },
    });
    first.answer(offer);
    expect(await second.get('answer')).toEqual({
      action: 'announce',
      info_hash: hashOf(sharing),
      peer_id: first.id,
      offer_id: offer.offer_id,
      answer: { type: 'answer', sdp: `answer of ${first.id}` },
    });
    const metrics = server.app.get(Metrics);
    expect((await metrics.read('onair_tracker_peers'))[0]?.value).toBe(2);
    expect(await request(page, 'clock:ping', {})).toHaveProperty('serverMs');
    page.disconnect();
    first.close();
    second.close();
    const peers = async () => (await metrics.read('onair_tracker_sockets'))[0]?.value;
    await expect.poll(peers, WAIT).toBe(0);
  });

  it('admits viewers only to the swarms of the channel’s runs', async () => {
    await set(true);
    const sharing = await sharingOf(guest);
    const peer = await Peer.open('peer', sharing);
    peer.announce(hashOf(sharing, 'main-video-7'));
    expect(await peer.get('failure reason')).toHaveProperty('info_hash');
    peer.announce(hashOf(sharing, 'secondary-opus'));
    expect(await peer.get('interval')).toHaveProperty('info_hash');
    peer.close();
  });

  it('ends at once when the owner turns it off', async () => {
    await set(true);
    const peer = await Peer.open('peer', await sharingOf(guest));
    await set(false);
    expect(await peer.closed).toBe(4_403);
    expect(await refusal(`/p2p/${name()}`)).toBe(404);
  });
});

describe('a private channel', () => {
  it('lists its swarms only for people who can watch, and replaces them when someone no longer can', async () => {
    await set(true);
    const member = await loggedIn(server.url, `member-${count}`);
    await restrict({ visibility: 'private' });
    const listing = `/api/channels/${name()}/members/member-${count}`;
    expect((await owner.request('PUT', listing, { body: {} })).status).toBe(204);
    expect((await guest.get(`/api/channels/${name()}/sharing`)).status).toBe(404);
    expect(await refusal(`/p2p/${name()}`)).toBe(404);
    expect(await refusal(`/p2p/${name()}/~${'x'.repeat(80)}`)).toBe(404);

    const before = await sharingOf(member);
    const [one, other] = [
      await Peer.open('owner', await sharingOf(owner)),
      await Peer.open('member', before),
    ];
    one.announce(hashOf(before));
    await one.get('interval');
    other.announce(hashOf(before), 1);
    await one.get('offer');

    expect((await owner.request('DELETE', listing, { body: {} })).status).toBe(204);
    expect(await other.closed).toBe(4_403);
    expect(await refusal(before.tracker!)).toBe(404);
    const after = await sharingOf(owner);
    expect(hashOf(after)).not.toBe(hashOf(before));
    expect(await one.get('failure reason')).toMatchObject({ info_hash: hashOf(before) });
    one.announce(hashOf(after), 1);
    await expect.poll(() => one.received.at(-1), WAIT).toMatchObject({ interval: 60 });
    one.close();
  });
});

describe('the tracker', () => {
  it('refuses pages on other sites, and paths that don’t exist', async () => {
    await set(true);
    expect(await refusal(`/p2p/${name()}`, { origin: 'https://elsewhere.example' })).toBe(403);
    expect(await refusal('/p2p/no-such-channel')).toBe(404);
    expect(await refusal(`/p2p/${name()}/more`)).toBe(404);
  });

  it.each([
    ['something that isn’t a message', () => 'hello', 1_008],
    ['a scrape', () => ({ action: 'scrape' }), 1_008],
    ['a message of more than 64 KB', () => 'x'.repeat(70_000), 1_009],
  ])('closes on %s', async (_what, message, code) => {
    await set(true);
    const peer = await Peer.open('peer', await sharingOf(guest));
    peer.send(message());
    expect(await peer.closed).toBe(code);
  });

  it('closes on a flood of messages', async () => {
    await set(true);
    const sharing = await sharingOf(guest);
    const peer = await Peer.open('peer', sharing);
    for (let sent = 0; sent < 200; sent += 1) peer.announce(hashOf(sharing));
    expect(await peer.closed).toBe(1_008);
  });
});
