import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { PrismaService } from '../../src/db/prisma.service.js';
import { HlsService } from '../../src/hls/hls.service.js';
import { HttpClient, loggedIn } from '../support/http-client.js';
import { ask, type ClientSocket, openSocket, request } from '../support/sockets.js';
import { playerOffer } from '../support/whep-offers.js';
import { useServer } from '../support/fixtures/use-server.js';

const PASSWORD = 'open sesame';
const PICTURE = { jpeg: new Uint8Array([1, 2, 3]), version: 'v1' };

const server = useServer({ overrides: { TRUST_PROXY: '1' } });
let owner: HttpClient;
let ownerSocket: ClientSocket;
let count = 0;
let broadcastId = '';
const sockets: ClientSocket[] = [];

const channel = () => `locked-${count}`;
const cookieOf = ({ cookies }: HttpClient) =>
  [...cookies].map(([key, value]) => `${key}=${value}`).join('; ');

/** A browser at an address. Tests can omit some of its cookies. */
class Visitor {
  readonly http: HttpClient;
  readonly address: string;

  constructor(address: string, http = new HttpClient(server.url)) {
    this.http = http;
    this.address = address;
  }

  get headers() {
    return { 'x-forwarded-for': this.address };
  }

  async unlock(): Promise<number> {
    const path = `/api/channels/${channel()}/unlock`;
    const headers = this.headers;
    return (await this.http.post(path, { password: PASSWORD }, { headers })).status;
  }

  /** Returns the same browser with only some of its cookies, at this or another address. */
  with(names: readonly string[], address = this.address): Visitor {
    const http = new HttpClient(server.url);
    for (const name of names) {
      const value = this.http.cookies.get(name);
      if (value !== undefined) http.cookies.set(name, value);
    }
    return new Visitor(address, http);
  }

  async socket(): Promise<ClientSocket> {
    const cookie = cookieOf(this.http);
    const headers = { ...this.headers, ...(cookie === '' ? {} : { cookie }) };
    const socket = await openSocket(server.url, headers);
    sockets.push(socket);
    return socket;
  }
}

/**
 * Every entry point, with the error code that a visitor gets there; null if it admits the visitor.
 */
const WAYS: Record<string, (who: Visitor) => Promise<string | null>> = {
  'the playback address': async ({ http, headers }) =>
    (await http.get(`/api/channels/${channel()}/playback`, { headers })).error?.code ?? null,
  'the channel': async ({ http, headers }) =>
    (await http.get(`/api/channels/${channel()}`, { headers })).error?.code ?? null,
  'a past broadcast': async ({ http, headers }) =>
    (await http.get(`/api/broadcasts/${broadcastId}`, { headers })).error?.code ?? null,
  'a recording': async ({ http, headers }) =>
    (await http.get(`/api/recordings/${broadcastId}`, { headers })).error?.code ?? null,
  ...Object.fromEntries(
    ['viewer:join', 'chat:join'].map((event) => [
      event,
      async (who: Visitor) => {
        const reply = await ask(await who.socket(), event, { channel: channel() });
        return reply.ok ? null : reply.error.code;
      },
    ]),
  ),
  'WHEP by cookies': (who) => whep(who, who.http),
  'WHEP by the pass as a Bearer token': (who) => {
    const pass = who.http.cookies.get('onair_passes');
    return whep(who, new HttpClient(server.url), pass);
  },
};

async function whep({ headers }: Visitor, http: HttpClient, pass?: string): Promise<string | null> {
  const authorization = pass === undefined ? {} : { authorization: `Bearer ${pass}` };
  const { error } = await http.request('POST', `/whep/${channel()}`, {
    text: playerOffer('chrome'),
    headers: { ...headers, ...authorization, 'content-type': 'application/sdp' },
  });
  // Nobody is publishing, so an admitted visitor gets this error.
  return error?.code === 'not_live' ? null : (error?.code ?? null);
}

async function answers(who: Visitor): Promise<Record<string, string | null>> {
  const all: Record<string, string | null> = {};
  for (const [way, tryBy] of Object.entries(WAYS)) all[way] = await tryBy(who);
  return all;
}
const everyWay = (answer: string | null) =>
  Object.fromEntries(Object.keys(WAYS).map((way) => [way, answer]));
const SHUT: Record<string, string> = {
  'a past broadcast': 'broadcast_not_found',
  'a recording': 'recording_not_found',
};
const allShut = () => ({ ...everyWay('channel_not_found'), ...SHUT });

/** Returns the URL of a thumbnail with the visitor's HLS token. */
async function picture({ http, headers }: Visitor): Promise<string> {
  const { body } = await http.get(`/api/channels/${channel()}/playback`, { headers });
  return (body as { hls: string }).hls.replace('index.m3u8', 'thumbnail.jpg');
}

async function writeAs(who: Visitor, text: string): Promise<number> {
  const socket = await who.socket();
  await request(socket, 'chat:join', { channel: channel() });
  const message = { channel: channel(), nonce: randomUUID(), text, guestName: 'troll' };
  return (await request(socket, 'chat:send', message)).seq;
}

beforeAll(async () => {
  owner = await loggedIn(server.url, 'owner');
  vi.spyOn(server.app.get(HlsService), 'find').mockReturnValue({
    run: null,
    state: 'preparing',
    thumbnail: PICTURE,
  });
});
beforeEach(async () => {
  count += 1;
  await owner.post('/api/channels', { name: channel() });
  const body = { visibility: 'password', password: PASSWORD };
  await owner.request('PATCH', `/api/channels/${channel()}/access`, { body });
  broadcastId = randomUUID();
  const at = new Date();
  await server.app.get(PrismaService).broadcast.create({
    data: {
      id: broadcastId,
      channel: { connect: { name: channel() } },
      title: 'past',
      state: 'ENDED',
      startedAt: at,
      lastSeenAt: at,
      endedAt: at,
      endReason: 'PUBLISHER_ENDED',
      recording: { create: { state: 'FAILED' } },
    },
  });
  ownerSocket = await openSocket(server.url, { cookie: cookieOf(owner) });
  sockets.push(ownerSocket);
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.disconnect();
});
afterAll(async () => {
  vi.restoreAllMocks();
});

describe('a ban from a password-protected channel', () => {
  const ban = (seq: number) => request(ownerSocket, 'chat:ban', { channel: channel(), seq });

  it('of a guest applies without their cookie, and at another address with their pass', async () => {
    const troll = new Visitor('203.0.113.10');
    expect(await troll.unlock()).toBe(204);
    expect(await answers(troll)).toEqual(everyWay(null));
    const media = await picture(troll);
    // A second device in the household, with its own cookie.
    const second = troll.with(['onair_passes']);
    const secondMedia = await picture(second);
    await ban(await writeAs(troll, 'rude'));
    expect(await answers(troll)).toEqual(allShut());
    expect(await answers(troll.with(['onair_passes']))).toEqual(allShut());
    expect(await answers(troll.with(['onair_passes'], '203.0.113.99'))).toEqual(allShut());
    for (const address of [media, secondMedia])
      expect((await new HttpClient(server.url).get(address)).status).toBe(404);
    expect(await troll.with([]).unlock()).toBe(404);
  });

  it('of an account applies after a logout, in its browser and in others at its address', async () => {
    const browser = await loggedIn(server.url, `troll-${count}`);
    const troll = new Visitor('203.0.113.20', browser);
    expect(await troll.unlock()).toBe(204);
    const media = await picture(troll);
    await ban(await writeAs(troll, 'rude'));
    const { headers } = troll;
    expect((await browser.post('/api/auth/logout', {}, { headers })).status).toBe(204);
    expect(await answers(troll)).toEqual(allShut());
    expect(await answers(troll.with(['onair_passes'], '203.0.113.98'))).toEqual(allShut());
    expect((await new HttpClient(server.url).get(media)).status).toBe(404);
    expect(await new Visitor(troll.address).unlock()).toBe(404);
  });

  it('admits guests at other addresses, and other accounts everywhere', async () => {
    const troll = new Visitor('203.0.113.30');
    const neighbour = new Visitor(troll.address, await loggedIn(server.url, `neighbour-${count}`));
    const other = new Visitor('203.0.113.31');
    for (const one of [troll, neighbour, other]) expect(await one.unlock()).toBe(204);
    const media = await picture(neighbour);
    await ban(await writeAs(troll, 'rude'));
    expect(await answers(other)).toEqual(everyWay(null));
    // Without a session, the pass belongs to a guest, wherever it was issued.
    const byPass = { 'WHEP by the pass as a Bearer token': 'channel_not_found' };
    expect(await answers(neighbour)).toEqual({ ...everyWay(null), ...byPass });
    expect((await new HttpClient(server.url).get(media)).status).toBe(200);
  });

  it('of an account prevents chatting as a guest in a public channel, until it is lifted', async () => {
    await owner.request('PATCH', `/api/channels/${channel()}/access`, {
      body: { visibility: 'public' },
    });
    const browser = await loggedIn(server.url, `shouter-${count}`);
    const troll = new Visitor('203.0.113.40', browser);
    const { id } = await ban(await writeAs(troll, 'rude'));
    await browser.post('/api/auth/logout', {});
    await expect(writeAs(troll, 'again')).rejects.toThrow('banned');
    await request(ownerSocket, 'chat:unban', { channel: channel(), banId: id });
    await writeAs(troll, 'sorry');
  });
});
