import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { HttpClient } from '../support/http-client.js';
import { api, register } from '../support/people.js';
import { ask, type ClientSocket, openSocket } from '../support/sockets.js';
import { stopClock } from '../support/stop-clock.js';
import { useServer } from '../support/fixtures/use-server.js';

/**
 * Repeats a request until it is rejected; resolves with the response and the number of accepted
 * requests.
 */
async function untilRefused(
  send: () => Promise<{ status: number; headers: Headers }>,
  most: number,
): Promise<{ count: number; headers: Headers }> {
  for (let count = 0; count < most; count += 1) {
    const { status, headers } = await send();
    if (status === 429) return { count, headers };
  }
  throw new Error(`not refused within ${most} requests`);
}

describe('the requests of one address', () => {
  const server = useServer({ overrides: { ADDRESS_LIMIT_FACTOR: '0.5', TRUST_PROXY: '1' } });

  beforeEach(stopClock);

  const from = (address: string) => ({ 'x-forwarded-for': address });

  it.each([
    ['GET', '/api/channels', '192.0.2.1', 150],
    ['GET', '/', '192.0.2.2', 80],
    ['GET', '/metrics', '192.0.2.3', 40],
    ['POST', '/api/auth/login', '192.0.2.4', 40],
    ['DELETE', '/api/channels/nobody', '192.0.2.5', 60],
    ['GET', '/hls/nobody/index.m3u8', '192.0.2.6', 1_500],
    ['GET', '/no/such/page', '192.0.2.7', 80],
    ['GET', '/API/channels', '192.0.2.8', 80],
    ['GET', '/favicon.svg', '192.0.2.9', 450],
  ])('%s %s are limited, with the time to retry', async (method, path, address, most) => {
    const visitor = new HttpClient(server.url);
    const headers = from(address);
    const refused = await untilRefused(() => visitor.request(method, path, { headers }), most);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    const others = await visitor.request(method, path, { headers: from('198.51.100.1') });
    expect(others.status).not.toBe(429);
  });

  it.each([
    ['POST', ['/api/auth/login', '/api/%61uth/login', '/ap%69/auth/log%69n'], 20],
    ['GET', ['/api/channels', '/%61pi/channels', '/api/%63hannels'], 120],
    ['POST', ['/api/channels/tea/unlock', '/api/channels/tea/%75nlock'], 20],
  ])('%s %j count as one address with one limit', async (method, paths, most) => {
    const visitor = new HttpClient(server.url);
    const headers = from(`203.0.113.${most + paths.length}`);
    const [first = '', ...others] = paths;
    await untilRefused(() => visitor.request(method, first, { headers }), most);
    for (const path of others) {
      const { status } = await visitor.request(method, path, { headers });
      expect([path, status]).toEqual([path, 429]);
    }
  });

  it('let pages on other sites read a response, however the address is written', async () => {
    const visitor = new HttpClient(server.url);
    for (const path of ['/whep/nobody', '/%77hep/nobody', '/wh%69p/nobody']) {
      const { status, headers } = await visitor.request('OPTIONS', path, {
        headers: from('203.0.113.250'),
      });
      expect([path, status, headers.get('access-control-allow-origin')]).toEqual([path, 200, '*']);
    }
  });

  it('treat an IPv6 /64 network as one address', async () => {
    const visitor = new HttpClient(server.url);
    let last = 0;
    const send = () => {
      last += 1;
      return visitor.get('/metrics', { headers: from(`2001:db8:1:2::${last.toString(16)}`) });
    };
    const { headers } = await untilRefused(send, 40);
    expect(headers.get('retry-after')).toBe('1');
    const next = await visitor.get('/metrics', { headers: from('2001:db8:1:3::1') });
    expect(next.status).toBe(200);
  });

  it('count as those of the proxy if the proxy reports no address', async () => {
    const visitor = new HttpClient(server.url);
    let port = 0;
    const send = () => {
      port += 1;
      return visitor.get('/metrics', { headers: from(`192.0.2.30:${port}`) });
    };
    await expect(untilRefused(send, 40)).resolves.toMatchObject({ count: expect.any(Number) });
  });

  it('are answered with a page for people', async () => {
    const visitor = new HttpClient(server.url);
    const headers = from('192.0.2.20');
    await untilRefused(() => visitor.get('/', { headers }), 80);
    const { headers: answered, body } = await visitor.get('/', { headers });
    expect(answered.get('content-type')).toBe('text/html; charset=utf-8');
    expect(answered.get('content-security-policy')).toContain("script-src 'self'");
    expect(body).toContain('Too many requests from your address');
  });

  it('are rejected if the URL is too long', async () => {
    const { status } = await new HttpClient(server.url).get(`/${'a'.repeat(3_000)}`);
    expect(status).toBe(400);
  });
});

describe('a client that claims another address', () => {
  const server = useServer({ overrides: { ADDRESS_LIMIT_FACTOR: '0.5' } });

  it('is not believed without a proxy', async () => {
    onTestFinished(stopClock());
    const visitor = new HttpClient(server.url);
    let last = 0;
    const send = () => {
      last += 1;
      return visitor.get('/metrics', { headers: { 'x-forwarded-for': `192.0.2.${last}` } });
    };
    await expect(untilRefused(send, 40)).resolves.toMatchObject({ count: expect.any(Number) });
  });
});

describe('slow and greedy clients', () => {
  const server = useServer({ overrides: { ADDRESS_LIMIT_FACTOR: '0.1' } });
  const open: Socket[] = [];

  afterEach(() => {
    for (const socket of open.splice(0)) socket.destroy();
  });

  const http = () => server.app.getHttpServer();
  const dial = async (): Promise<Socket> => {
    const socket = connect({ host: '127.0.0.1', port: Number(new URL(server.url).port) });
    open.push(socket);
    socket.on('error', () => socket.destroy());
    await once(socket, 'connect');
    return socket;
  };
  /** Resolves with the data received by the time the peer closes the connection. */
  const ended = async (socket: Socket): Promise<string> => {
    let said = '';
    socket.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    await once(socket, 'close');
    return said;
  };

  it('have a limited number of connections', async () => {
    const sockets: Socket[] = [];
    for (let count = 0; count < 30; count += 1) sockets.push(await dial());
    await ended(await dial());
    expect(sockets.filter(({ destroyed }) => destroyed)).toEqual([]);
    const freed = once(server.app.getHttpServer(), 'connection');
    sockets[0]?.destroy();
    await expect
      .poll(async () => {
        const socket = await dial();
        socket.write('GET /healthz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n');
        return ended(socket);
      })
      .toContain('200 OK');
    await freed;
  });

  it('have half a minute for a request, and a third of that for its headers', () => {
    expect(http()).toMatchObject({
      headersTimeout: 10_000,
      requestTimeout: 30_000,
      keepAliveTimeout: 30_000,
    });
  });

  it('that send endless headers are rejected', async () => {
    const socket = await dial();
    socket.write(`GET / HTTP/1.1\r\nhost: a\r\n${'x-a: b\r\n'.repeat(5_000)}\r\n`);
    expect(await ended(socket)).toMatch(/^HTTP\/1\.1 431 /);
  });

  describe('that time out', () => {
    // Node checks every two seconds; a short limit keeps the test fast.
    beforeAll(() => void Object.assign(http(), { headersTimeout: 500, requestTimeout: 1_000 }));

    it.each([
      ['who send nothing', '', ''],
      ['who never end the headers', 'GET / HTTP/1.1\r\nhost: a\r\nx-a: ', 'b'],
      [
        'who never end the body',
        'POST /api/auth/login HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 60000\r\n\r\n{',
        ' ',
      ],
    ])('%s are disconnected', async (_who, start, more) => {
      const socket = await dial();
      socket.write(start);
      const drip = setInterval(() => socket.write(more), 100);
      const said = await ended(socket).finally(() => clearInterval(drip));
      expect(said).toMatch(/^HTTP\/1\.1 408 /);
    });
  });
});

describe('sockets', () => {
  const server = useServer({ overrides: { ADDRESS_LIMIT_FACTOR: '0.2', TRUST_PROXY: '1' } });
  const open: { close(): unknown }[] = [];

  afterEach(() => {
    for (const socket of open.splice(0)) socket.close();
  });

  /** Resolves with the status of a handshake: 101 if the socket opens. */
  const dial = async (address: string): Promise<{ status: number; retryAfter?: string }> => {
    const url = `${server.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`;
    const socket = new WebSocket(url, { headers: { 'x-forwarded-for': address } });
    open.push(socket);
    const { promise, resolve } = Promise.withResolvers<{ status: number; retryAfter?: string }>();
    socket.on('open', () => resolve({ status: 101 }));
    socket.on('error', () => undefined);
    socket.on('unexpected-response', (request, response) => {
      const retryAfter = String(response.headers['retry-after']);
      resolve({ status: response.statusCode ?? 0, retryAfter });
      request.destroy();
    });
    return promise;
  };

  it('of one address are limited, and the next one learns when to retry', async () => {
    onTestFinished(stopClock());
    const answers: { status: number; retryAfter?: string }[] = [];
    for (let count = 0; count < 25; count += 1) answers.push(await dial('192.0.2.1'));
    const refused = answers.filter(({ status }) => status === 429);
    expect(answers[0]?.status).toBe(101);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.every(({ retryAfter }) => Number(retryAfter) >= 1)).toBe(true);
    expect((await dial('192.0.2.2')).status).toBe(101);
  });

  it('are limited in expensive requests', async () => {
    onTestFinished(stopClock());
    const socket = await openSocket(server.url, { 'x-forwarded-for': '192.0.2.3' });
    open.push(socket);
    const replies = await Promise.all(
      Array.from({ length: 30 }, () => ask(socket, 'viewer:join', { channel: 'nobody' })),
    );
    const codes = replies.map((reply) => (reply.ok ? 'ok' : reply.error.code));
    expect(codes.filter((code) => code === 'channel_not_found')).toHaveLength(20);
    expect(codes.filter((code) => code === 'rate_limited')).toHaveLength(10);
    expect(replies.at(-1)).toMatchObject({ error: { retryAfterMs: expect.any(Number) } });
    expect(await ask(socket, 'clock:ping', {})).toMatchObject({ ok: true });
  });

  /** Opens a raw WebSocket; resolves after the Engine.IO greeting. */
  const dialByHand = async (address: string): Promise<Socket> => {
    const socket = connect({ host: '127.0.0.1', port: Number(new URL(server.url).port) });
    open.push({ close: () => socket.destroy() });
    socket.on('error', () => socket.destroy());
    socket.write(
      'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nhost: a\r\nupgrade: websocket\r\n' +
        'connection: upgrade\r\nsec-websocket-version: 13\r\n' +
        `sec-websocket-key: ${'a'.repeat(22)}==\r\nx-forwarded-for: ${address}\r\n\r\n`,
    );
    await once(socket, 'data');
    return socket.resume();
  };

  it('that send nothing, or never end a message, are closed; others are not', async () => {
    const answering = await openSocket(server.url, { 'x-forwarded-for': '192.0.2.6' });
    open.push(answering);
    const silent = await dialByHand('192.0.2.4');
    const endless = await dialByHand('192.0.2.5');
    // A masked text frame of 60,000 bytes (RFC 6455, section 5.2), sent byte by byte.
    endless.write(Buffer.from([0x81, 0xfe, 0xea, 0x60, 0, 0, 0, 0]));
    const drip = setInterval(() => endless.write('4'), 200);
    await Promise.all([once(silent, 'close'), once(endless, 'close')]).finally(() =>
      clearInterval(drip),
    );
    expect(answering.connected).toBe(true);
  });
});

describe('broadcasts of one account', () => {
  const server = useServer({ overrides: { BROADCASTS_PER_ACCOUNT: '2' } });

  it('are limited, and an ended one makes room', async () => {
    const ann = await register(server.url, 'ann');
    for (const name of ['one', 'two', 'three'])
      await api(server.url, ann, 'POST', '/channels', { name });
    const sockets = await Promise.all(
      ['one', 'two', 'three'].map(() => openSocket(server.url, { cookie: ann.cookie })),
    );
    const [first, second, third] = sockets as [ClientSocket, ClientSocket, ClientSocket];
    expect(await ask(first, 'publisher:start', { channel: 'one' })).toMatchObject({ ok: true });
    expect(await ask(second, 'publisher:start', { channel: 'two' })).toMatchObject({ ok: true });
    expect(await ask(third, 'publisher:start', { channel: 'three' })).toMatchObject({
      error: { code: 'broadcast_limit' },
    });
    expect(await ask(first, 'publisher:end', { channel: 'one' })).toMatchObject({ ok: true });
    await expect
      .poll(() => ask(third, 'publisher:start', { channel: 'three' }))
      .toMatchObject({ ok: true });
    for (const socket of sockets) socket.disconnect();
  });
});
