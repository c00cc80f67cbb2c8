import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AccountView } from '../../src/protocol/account.js';
import type { ChannelView } from '../../src/protocol/channel.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { fetchLiveSegments } from '../support/fetched-playlist.js';
import { HttpClient, loggedIn, PASSWORD } from '../support/http-client.js';
import { PICTURE } from '../support/picture.js';
import { RecordedFilm } from '../support/recorded-film.js';
import { openSocket, request as ask } from '../support/sockets.js';

/** The path of the service on its host; its proxy doesn't change it. */
const BASE = '/live';
let server: TestApp;
let origin: string;
let url: string;
let ann: HttpClient;

beforeAll(async () => {
  server = await startTestApp({
    // Without FFmpeg, publishers send the thumbnails.
    overrides: { PUBLIC_URL: `http://live.example.org${BASE}/`, FFMPEG_BIN: '/nowhere/ffmpeg' },
  });
  origin = new URL(server.url).origin;
  url = `${origin}${BASE}`;
  ann = await loggedIn(url, 'ann');
  await ann.post('/api/channels', { name: 'tea', title: 'Tea' });
});
afterAll(() => server.close());

const get = (path: string) => fetch(`${origin}${path}`, { redirect: 'manual' });

describe('a service under a path', () => {
  it('exists there, and nowhere else on the host', async () => {
    expect((await get(`${BASE}/api/me`)).status).toBe(401);
    expect((await get('/api/me')).status).toBe(404);
    expect((await get(`${BASE}ly/api/me`)).status).toBe(404);
    expect((await get('/')).headers.get('location')).toBe(BASE);
    const outside = await get('/hls/tea/index.m3u8');
    expect(outside.status).toBe(404);
    expect(outside.headers.get('x-content-type-options')).toBe('nosniff');
    expect(await outside.text()).toContain(BASE);
  });

  it('answers monitoring at both paths', async () => {
    for (const path of ['/healthz', '/readyz', '/metrics'])
      for (const base of ['', BASE]) expect((await get(`${base}${path}`)).status).toBe(200);
  });

  it('serves pages whose files and links are below it', async () => {
    for (const path of [
      BASE,
      `${BASE}/`,
      `${BASE}/tea`,
      `${BASE}/embed/tea`,
      `${BASE}/nobody-here`,
    ]) {
      const page = await (await get(path)).text();
      const files = [...page.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, file]) => file);
      expect(files.length).toBeGreaterThan(0);
      for (const file of files) {
        expect(file).toMatch(/^\/live\//);
        expect({ file, status: (await get(file ?? '')).status }).toEqual({ file, status: 200 });
      }
      expect(page).toContain('"basePath":"/live"');
    }
    const page = await (await get(`${BASE}/tea`)).text();
    expect(page).toContain('content="http://live.example.org/live/tea"');
  });

  it('redirects within it', async () => {
    expect((await get(`${BASE}/TEA`)).headers.get('location')).toBe(`${BASE}/tea`);
  });

  it('restricts its cookies to it', async () => {
    const client = new HttpClient(url);
    const answer = await client.post('/api/auth/login', { username: 'ann', password: PASSWORD });
    expect(answer.status).toBe(200);
    const lines = Object.values(answer.setCookies);
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) expect(line).toMatch(/; Path=\/live(?:;|\/)/);
    expect((await client.get('/api/me')).status).toBe(200);
  });

  it('returns avatars with their full path', async () => {
    const red = { create: { width: 64, height: 64, channels: 3, background: 'red' } } as const;
    const picture = await sharp(red).png().toBuffer();
    const cookie = [...ann.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(`${url}/api/account/avatar`, {
      method: 'PUT',
      headers: { 'content-type': 'image/png', cookie },
      body: new Uint8Array(picture),
    });
    const { avatar } = (await answer.json()) as AccountView;
    expect(avatar).toMatch(/^\/live\/avatars\//);
    expect((await get(avatar ?? '')).headers.get('content-type')).toBe('image/webp');
  });

  it('returns thumbnails with their full path, even in link previews', async () => {
    const cookie = [...ann.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const socket = await openSocket(origin, { cookie }, { path: `${BASE}/socket.io` });
    await ask(socket, 'publisher:start', { channel: 'tea' });
    await ask(socket, 'publisher:thumbnail', { jpeg: PICTURE.toString('base64') });
    const { thumbnail } = (await ann.get('/api/channels/tea')).body as ChannelView;
    expect(thumbnail).toMatch(/^\/live\/hls\/tea\/thumbnail\//);
    expect((await get(thumbnail ?? '')).headers.get('content-type')).toBe('image/jpeg');
    const page = await (await get(`${BASE}/tea`)).text();
    expect(page).toContain(`property="og:image" content="http://live.example.org${thumbnail}"`);
    await ask(socket, 'publisher:end', { channel: 'tea' });
    socket.disconnect();
  });

  it('describes its API there', async () => {
    const { body } = await ann.get('/api/openapi.json');
    expect(body).toMatchObject({ servers: [{ url: 'http://live.example.org/live' }] });
  });

  it('accepts sockets only there', async () => {
    const cookie = [...ann.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const socket = await openSocket(origin, { cookie }, { path: `${BASE}/socket.io` });
    const joined = await ask(socket, 'chat:join', { channel: 'tea' });
    expect(joined).toMatchObject({ me: { role: 'owner' } });
    socket.disconnect();
    await expect(openSocket(origin, { cookie })).rejects.toThrow('websocket error');
  });

  it('accepts publishing and playback by encoders and players', async () => {
    const film = await RecordedFilm.of(url, 'film');
    const id = await film.send();
    await film.recorded(id, 2_000);
    const playback = await fetch(`${url}/api/channels/film/playback`);
    const { hls } = (await playback.json()) as { hls: string };
    expect(hls).toBe(`${BASE}/hls/film/index.m3u8`);
    await film.advancesLive(2);
    const [segment] = await fetchLiveSegments(url, 'film');
    expect((await fetch(segment?.url ?? '')).status).toBe(200);
    expect(new URL(segment?.url ?? '').pathname).toMatch(/^\/live\/hls\/film\//);
    await film.recorded(id, 4_000);
    // The encoder sends its request to the URL from the response to the offer.
    await film.end();
    const recording = await film.finished(id);
    for (const path of [recording.playlistPath, recording.downloadPath]) {
      expect(path).toMatch(/^\/live\//);
      expect((await get(path ?? '')).status).toBe(200);
    }
  });

  it('gives players a URL below it', async () => {
    const film = await RecordedFilm.of(url, 'players');
    await film.send();
    const answer = await fetch(`${url}/whep/players`, { method: 'POST' });
    expect(answer.status).toBe(201);
    const location = answer.headers.get('location') ?? '';
    expect(location).toMatch(/^\/live\/whep\/players\//);
    expect(answer.headers.get('link')).toContain(`<${location}/`);
    expect((await fetch(`${origin}${location}`, { method: 'DELETE' })).ok).toBe(true);
    await film.end();
  });
});
