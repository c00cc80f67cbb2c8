import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { candidatesIn } from '../support/candidates-in.js';
import { type Answer, HttpClient } from '../support/http-client.js';
import {
  api,
  createStreamKey,
  type Person,
  register,
  registerWithChannel,
} from '../support/people.js';
import { useServer } from '../support/fixtures/use-server.js';

const FOLDER = resolve('test/fixtures/offers');
const offerOf = (name: string) => readFileSync(resolve(FOLDER, `${name}.sdp`), 'utf8');
const OBS = offerOf('obs-32-h264');
const SDP = { 'content-type': 'application/sdp' };
const FRAGMENT = { 'content-type': 'application/trickle-ice-sdpfrag' };
const TRICKLE =
  'a=ice-ufrag:ufrag\r\na=ice-pwd:passwordOfThisSession000\r\nm=audio 9 RTP/AVP 0\r\na=mid:0\r\na=candidate:1 1 UDP 2122317823 192.0.2.20 52312 typ host\r\n';
const RESTART = 'a=ice-ufrag:ysXw\r\na=ice-pwd:vw5LmwG4y/e6dPP/zAP9Gp5k\r\n';

const server = useServer({
  overrides: {
    GRACE_SECONDS: '1',
    RTC_STUN_URLS: 'stun:stun.example:3478',
    RTC_TURN_URLS: 'turn:turn.example:3478?transport=udp,turns:turn.example:5349',
    RTC_TURN_SECRET: 'north star',
    BROADCASTS_PER_ACCOUNT: '1',
    RTC_ANNOUNCED_ADDRESS: '198.51.100.7,127.0.0.1',
  },
});
let ann: Person;
let http: HttpClient;
let key = '';
let session = '';

const newKey = async (): Promise<string> => createStreamKey(server.url, ann);
const bearer = (token = key) => ({ authorization: `Bearer ${token}` });
const post = (text: string, headers: Record<string, string> = {}, channel = 'ann') =>
  http.request('POST', `/whip/${channel}`, { text, headers: { ...SDP, ...bearer(), ...headers } });

/** Publishes, and records the session URL. */
const created = async (name = 'obs-32-h264'): Promise<Answer> => {
  const answer = await post(offerOf(name));
  session = answer.headers.get('location') ?? '';
  return answer;
};
const patch = (text: string, headers: Record<string, string>) =>
  http.request('PATCH', session, { text, headers: { ...FRAGMENT, ...bearer(), ...headers } });
const remove = (headers: Record<string, string> = bearer()) =>
  http.request('DELETE', session, { headers });

beforeAll(async () => {
  ann = await registerWithChannel(server.url, 'ann');
  http = new HttpClient(server.url);
  key = await newKey();
});
afterEach(async () => {
  if (session !== '') await remove();
  session = '';
});

describe('POST to the endpoint', () => {
  it('is answered with 201, the session’s URL, its entity tag and the ICE servers', async () => {
    const { status, headers, body } = await created();
    expect(status).toBe(201);
    expect(headers.get('content-type')).toMatch(/^application\/sdp\b/);
    expect(session).toMatch(/^\/whip\/ann\/[\w-]{32}$/);
    expect(headers.get('etag')).toMatch(/^"[^"]+"$/);
    expect(headers.get('accept-patch')).toBe('application/trickle-ice-sdpfrag');
    expect(headers.get('cache-control')).toBe('no-store');
    const links = (headers.get('link') ?? '').split(/, (?=<)/);
    expect(links).toEqual([
      '<stun:stun.example:3478>; rel="ice-server"',
      expect.stringMatching(
        /^<turn:turn\.example:3478\?transport=udp>; rel="ice-server"; username="[^"]+"; credential="[^"]+"; credential-type="password"$/,
      ),
      expect.stringMatching(/^<turns:turn\.example:5349>; rel="ice-server"; username=/),
    ]);
    expect(body).toMatch(/^v=0\r\n/);
    expect(body).toMatch(/a=candidate:\S+ 1 udp /);
  });

  it('starts with the address that the request reached, and ends with TCP', async () => {
    const { body } = await created();
    expect(candidatesIn(String(body))).toEqual([
      'udp 127.0.0.1',
      'udp 198.51.100.7',
      'tcp 127.0.0.1',
      'tcp 198.51.100.7',
    ]);
  });

  it('accepts a trailing slash', async () => {
    const text = offerOf('obs-32-h264');
    const headers = { ...SDP, ...bearer() };
    const answer = await http.request('POST', '/whip/ann/', { text, headers });
    session = answer.headers.get('location') ?? '';
    expect(answer.status).toBe(201);
    expect(session).toMatch(/^\/whip\/ann\/[\w-]{32}$/);
    expect((await http.request('OPTIONS', '/whip/ann/?x=1', {})).status).toBe(200);
    expect((await http.request('OPTIONS', '/whip/ann//', {})).status).toBe(404);
  });

  const taken = readdirSync(FOLDER)
    .filter((file) => file.endsWith('.sdp') && !file.includes('hevc'))
    .map((file) => file.slice(0, -'.sdp'.length));
  it.each(taken)('accepts the offer of %s', async (name) => {
    expect((await created(name)).status).toBe(201);
  });

  it.each<[string, number, Record<string, string>, string]>([
    [
      'a charset after the media type',
      201,
      { 'content-type': 'application/sdp; charset=utf-8' },
      OBS,
    ],
    ['JSON', 415, { 'content-type': 'application/json' }, '{}'],
    ['text', 415, { 'content-type': 'text/plain' }, OBS],
    ['a fragment', 415, FRAGMENT, OBS],
    ['nothing', 400, {}, ''],
    ['text that is not SDP', 400, {}, 'hello'],
    ['an SDP without media', 400, {}, 'v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n'],
    ['no ICE credentials', 400, {}, OBS.replaceAll(/a=ice-(?:ufrag|pwd).*\r\n/g, '')],
    ['no fingerprint', 400, {}, OBS.replaceAll(/a=fingerprint.*\r\n/g, '')],
    ['more than 64 KiB', 413, {}, OBS + 'a=x:y\r\n'.repeat(12_000)],
    ['an unsupported codec', 422, {}, offerOf('obs-32-hevc')],
    ['two audio tracks', 422, {}, OBS.replace('m=video', 'm=audio')],
    ['tracks that only receive', 422, {}, OBS.replaceAll('a=sendonly', 'a=recvonly')],
    ['tracks of two transports', 422, {}, OBS.replace('a=group:BUNDLE 0 1\r\n', '')],
    [
      'a data channel',
      422,
      {},
      `${OBS.replace('BUNDLE 0 1', 'BUNDLE 0 1 2')}m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:2\r\n`,
    ],
  ])('with %s is answered with %i', async (_name, status, headers, text) => {
    const answer = await post(text, headers);
    session = answer.headers.get('location') ?? '';
    expect(answer.status).toBe(status);
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    expect(answer.error?.message ?? 'It is accepted.').toMatch(/^[A-Z].+\.$/s);
  });

  it.each<[string, Record<string, string>, string]>([
    ['without a key', { authorization: '' }, 'ann'],
    ['with a wrong key', { authorization: `Bearer live_${'x'.repeat(43)}` }, 'ann'],
    ['with a name and password', { authorization: 'Basic YW5uOnNlY3JldA==' }, 'ann'],
    ['for a channel that doesn’t exist', {}, 'nobody'],
    ['for an invalid name', {}, 'A%20B'],
  ])('%s is answered with 401, the same everywhere', async (_name, headers, channel) => {
    const { status, headers: got, error } = await post(OBS, headers, channel);
    expect(status).toBe(401);
    expect(got.get('www-authenticate')).toBe('Bearer realm="WHIP"');
    expect(error?.code).toBe('not_logged_in');
    expect(error?.message).toContain('stream key');
  });

  it('is answered with 409 while another program connects or sends', async () => {
    await created();
    const { status, error } = await post(OBS);
    expect(status).toBe(409);
    expect(error?.code).toBe('already_publishing');
  });

  it('is answered with 503 and a retry time over the account’s limit', async () => {
    await created();
    await api(server.url, ann, 'POST', '/channels', { name: 'second', title: '' });
    const path = '/channels/second/stream-key';
    const { streamKey } = await api<{ streamKey: string }>(server.url, ann, 'POST', path);
    const { status, headers } = await post(OBS, bearer(streamKey), 'second');
    expect(status).toBe(503);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  });
});

describe('the session', () => {
  it('accepts candidates with its entity tag, and answers 204', async () => {
    const etag = (await created()).headers.get('etag') ?? '';
    const { status, body } = await patch(TRICKLE, { 'if-match': etag });
    expect([status, body]).toEqual([204, '']);
  });

  it('restarts ICE for If-Match: "*", with 200 and another entity tag', async () => {
    const etag = (await created()).headers.get('etag') ?? '';
    const { status, headers, body } = await patch(RESTART, { 'if-match': '*' });
    expect(status).toBe(200);
    expect(headers.get('content-type')).toMatch(/^application\/trickle-ice-sdpfrag\b/);
    expect(headers.get('etag')).toMatch(/^"[^"]+"$/);
    expect(headers.get('etag')).not.toBe(etag);
    expect(body).toMatch(/a=ice-ufrag:\S+\r\na=ice-pwd:\S+\r\n/);
    // Late candidates of the previous ICE session are rejected.
    expect((await patch(TRICKLE, { 'if-match': etag })).status).toBe(412);
  });

  it.each<[string, number, string, Record<string, string>]>([
    ['without If-Match', 428, TRICKLE, {}],
    ['with another entity tag', 412, TRICKLE, { 'if-match': '"other"' }],
    [
      'a restart without credentials',
      422,
      'm=audio 9 RTP/AVP 0\r\na=mid:0\r\n',
      { 'if-match': '*' },
    ],
    ['text that is not a fragment', 400, 'hello', { 'if-match': '*' }],
    ['an SDP', 415, TRICKLE, { 'if-match': '*', ...SDP }],
    ['with a wrong key', 401, TRICKLE, { 'if-match': '*', authorization: 'Bearer wrong' }],
  ])('rejects PATCH %s with %i', async (_name, status, text, headers) => {
    await created();
    expect((await patch(text, headers)).status).toBe(status);
  });

  it('is deleted with 200 whatever If-Match says, and not found afterwards', async () => {
    await created();
    expect((await remove({ ...bearer(), 'if-match': '"other"' })).status).toBe(200);
    expect((await remove()).status).toBe(404);
    expect((await patch(TRICKLE, { 'if-match': '*' })).status).toBe(404);
  });

  it('is deleted by its secret URL alone, but not with a wrong key', async () => {
    await created();
    expect((await remove({ authorization: 'Bearer wrong' })).status).toBe(401);
    expect((await remove({})).status).toBe(200);
  });

  it('does not belong to another channel', async () => {
    await created();
    const other = session.replace('/ann/', '/bob/');
    expect((await http.request('DELETE', other, {})).status).toBe(404);
  });

  it('is closed when the key is regenerated', async () => {
    await created();
    const before = key;
    key = await newKey();
    expect((await patch(TRICKLE, { 'if-match': '*' })).status).toBe(404);
    expect((await post(OBS, bearer(before))).status).toBe(401);
    expect((await created()).status).toBe(201);
  });
});

describe('other methods', () => {
  it.each(['/whip/ann', '/whip/nobody', '/whip/ann/some-session'])(
    'OPTIONS on %s returns what is allowed, for pages on every site',
    async (path) => {
      const { status, headers } = await http.request('OPTIONS', path, {
        headers: {
          origin: 'https://encoder.example',
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization,content-type,if-match',
        },
      });
      expect(status).toBe(200);
      expect(headers.get('accept-post')).toBe('application/sdp');
      expect(headers.get('access-control-allow-origin')).toBe('*');
      const allowed = headers.get('access-control-allow-headers') ?? '';
      for (const name of ['Authorization', 'Content-Type', 'If-Match'])
        expect(allowed).toContain(name);
      expect(headers.get('access-control-allow-methods')).toContain('PATCH');
    },
  );

  it('lets pages on other sites read the headers they need', async () => {
    const { status, headers } = await post(OBS, { origin: 'https://encoder.example' });
    session = headers.get('location') ?? '';
    expect(status).toBe(201);
    const exposed = headers.get('access-control-expose-headers') ?? '';
    for (const name of ['Location', 'Link', 'ETag']) expect(exposed).toContain(name);
  });

  it.each(['GET', 'HEAD'])('%s does nothing', async (method) => {
    await created();
    for (const path of ['/whip/ann', '/whip/nobody', session])
      expect((await http.request(method, path, {})).status).toBe(204);
    expect((await patch(TRICKLE, { 'if-match': '"x"' })).status).toBe(412);
  });

  it('PUT is not allowed, and the response lists the allowed methods', async () => {
    const { status, headers } = await http.request('PUT', '/whip/ann', { text: OBS, headers: SDP });
    expect(status).toBe(405);
    expect(headers.get('allow')).toContain('POST');
  });
});

describe('the stream key', () => {
  it('is shown once to the owner, and can be revoked', async () => {
    const path = '/channels/ann/stream-key';
    const { createdAt } = await api<{ createdAt: string }>(server.url, ann, 'GET', path);
    expect(Date.parse(createdAt)).toBeLessThanOrEqual(Date.now());
    const bob = await register(server.url, 'bob');
    for (const method of ['GET', 'POST', 'DELETE'])
      await expect(api(server.url, bob, method, path)).rejects.toThrow('403');
    await api(server.url, ann, 'DELETE', path);
    expect(await api(server.url, ann, 'GET', path)).toEqual({
      createdAt: null,
      rtmpServers: [],
      srtServer: null,
    });
    expect((await post(OBS)).status).toBe(401);
    key = await newKey();
  });
});
