import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.js';
import { HttpClient, loggedIn, PASSWORD } from '../support/http-client.js';
import { ask, openSocket } from '../support/sockets.js';

const SECRET_KEY = 'qZ7rT2mXw9LkB4vN8cJ5hG1dF6sA3pYe';
const TURN_SECRET = 'turn-secret-9f2b7c';
const ADDRESS = '203.0.113.77';

let server: TestApp;
let dir = '';
let written = '';

/** Runs the service at the most verbose log level, and causes successes and failures. */
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'onair-logs-'));
  for (const stream of [process.stdout, process.stderr])
    vi.spyOn(stream, 'write').mockImplementation((chunk: unknown) => {
      written += String(chunk);
      return true;
    });
  server = await startTestApp({
    overrides: {
      LOG_LEVEL: 'trace',
      DATA_DIR: dir,
      SECRET_KEY,
      TRUST_PROXY: '1',
      RTC_TURN_URLS: 'turn:turn.example.org:3478',
      RTC_TURN_SECRET: TURN_SECRET,
    },
  });
});
afterAll(async () => {
  vi.restoreAllMocks();
  await server.close();
  await rm(dir, { recursive: true });
});

describe('the log at its most verbose level', () => {
  it('contains no password, key, token or address, and responses contain nobody else’s', async () => {
    const ann = await loggedIn(server.url, 'ann');
    const from = { 'x-forwarded-for': ADDRESS };
    const answers: unknown[] = [];
    const send = async (method: string, path: string, body?: unknown) => {
      const answer = await ann.request(method, path, { body, headers: from });
      answers.push(answer.body);
      return answer;
    };
    await send('POST', '/api/channels', { name: 'tea' });
    await send('POST', '/api/auth/login', { username: 'ann', password: 'wrong-hunter2-wrong' });
    await send('POST', '/api/auth/login', { username: 'ann', password: { a: 'typo-hunter2' } });
    await ann.request('POST', '/api/auth/login', {
      text: '{"username":"ann","password":broken-hunter2}',
      headers: { ...from, 'content-type': 'application/json' },
    });
    await send('PATCH', '/api/channels/tea/access', {
      visibility: 'password',
      password: 'channel-hunter2',
    });
    await send('POST', '/api/channels/tea/unlock', { password: 'guess-hunter2' });
    const { body: made } = await ann.post('/api/account/tokens', {
      name: 'reads',
      scopes: ['channels:read'],
      expiresInDays: null,
      password: PASSWORD,
    });
    const { body: hook } = await ann.post('/api/channels/tea/webhooks', {
      url: 'https://nobody.invalid/?key=url-hunter2',
      events: ['broadcast.live'],
    });
    await send('POST', `/api/channels/tea/webhooks/${(hook as { id: string }).id}/test`, {});
    await send('GET', '/api/me?token=query-hunter2');
    await send('GET', '/hls/tea/~path-hunter2/index.m3u8');
    const { body: playback } = await ann.get('/api/channels/tea/playback');
    const cookie = [...ann.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const socket = await openSocket(server.url, { cookie, ...from });
    const started = await ask(socket, 'publisher:start', { channel: 'tea' });
    answers.push(
      await ask(socket, 'chat:send', { channel: 'tea', text: 'x', nonce: randomUUID() }),
    );
    answers.push(
      await ask(socket, 'viewer:join', { channel: 'tea', rtpCapabilities: 'socket-hunter2' }),
    );
    await ask(socket, 'publisher:end', { channel: 'tea' });
    const guest = await openSocket(server.url, from);
    await ann.request('PATCH', '/api/channels/tea/access', { body: { visibility: 'public' } });
    answers.push(await ask(guest, 'chat:join', { channel: 'tea' }));
    answers.push((await new HttpClient(server.url).get('/tea')).body);
    socket.disconnect();
    guest.disconnect();

    expect(started).toMatchObject({ ok: true });
    const { resumeToken } = (started as { data: { resumeToken: string } }).data;
    const secrets = [
      SECRET_KEY,
      TURN_SECRET,
      resumeToken,
      (made as { token: string }).token,
      (hook as { secret: string }).secret,
      ...ann.cookies.values(),
      (playback as { hls: string }).hls.split('~')[1] ?? 'no token',
    ];
    expect(written).toContain('tea');
    for (const secret of [...secrets, 'hunter2', 'correct horse battery', ADDRESS])
      expect(written.includes(secret), `the log has ${secret}`).toBe(false);
    const answered = JSON.stringify(answers);
    for (const secret of [SECRET_KEY, TURN_SECRET, resumeToken, ADDRESS, '127.0.0.1:', dir])
      expect(answered.includes(secret), `an answer has ${secret}`).toBe(false);
    expect(answered).not.toMatch(/hunter2|node_modules|\.ts:\d+|prisma/i);
  });
});
