import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.js';
import { HttpClient } from '../support/http-client.js';

/** Sends the same request until it is refused; answers with the refusal and how many came before. */
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

describe('what one address may request', () => {
  let server: TestApp;
  beforeAll(async () => {
    server = await startTestApp({ overrides: { ADDRESS_LIMIT_FACTOR: '0.5', TRUST_PROXY: '1' } });
  });
  afterAll(() => server.close());

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
  ])('%s %s is bounded, and says when to ask again', async (method, path, address, most) => {
    const visitor = new HttpClient(server.url);
    const headers = from(address);
    const refused = await untilRefused(() => visitor.request(method, path, { headers }), most);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    const others = await visitor.request(method, path, { headers: from('198.51.100.1') });
    expect(others.status).not.toBe(429);
  });

  it('counts an IPv6 network of 64 bits as one address', async () => {
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

  it('answers people with a page', async () => {
    const visitor = new HttpClient(server.url);
    const headers = from('192.0.2.20');
    await untilRefused(() => visitor.get('/', { headers }), 80);
    const { headers: answered, body } = await visitor.get('/', { headers });
    expect(answered.get('content-type')).toBe('text/html; charset=utf-8');
    expect(answered.get('content-security-policy')).toContain("script-src 'self'");
    expect(body).toContain('Too many requests from your address');
  });

  it('refuses addresses that are too long', async () => {
    const { status } = await new HttpClient(server.url).get(`/${'a'.repeat(3_000)}`);
    expect(status).toBe(400);
  });
});

describe('a client that claims to be another', () => {
  let server: TestApp;
  beforeAll(async () => {
    server = await startTestApp({ overrides: { ADDRESS_LIMIT_FACTOR: '0.5' } });
  });
  afterAll(() => server.close());

  it('is not believed without a proxy', async () => {
    const visitor = new HttpClient(server.url);
    let last = 0;
    const send = () => {
      last += 1;
      return visitor.get('/metrics', { headers: { 'x-forwarded-for': `192.0.2.${last}` } });
    };
    await expect(untilRefused(send, 40)).resolves.toMatchObject({ count: expect.any(Number) });
  });
});

describe('slow and hungry clients', () => {
  let server: TestApp;
  const open: Socket[] = [];

  beforeAll(async () => {
    server = await startTestApp({ overrides: { ADDRESS_LIMIT_FACTOR: '0.1' } });
  });
  afterEach(() => {
    for (const socket of open.splice(0)) socket.destroy();
  });
  afterAll(() => server.close());

  const dial = async (): Promise<Socket> => {
    const socket = connect({ host: '127.0.0.1', port: Number(new URL(server.url).port) });
    open.push(socket);
    socket.on('error', () => socket.destroy());
    await once(socket, 'connect');
    return socket;
  };
  /** Resolves when the other side ended it, with what it said before. */
  const ended = async (socket: Socket): Promise<string> => {
    let said = '';
    socket.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    await once(socket, 'close');
    return said;
  };

  it('have so many connections and no more', async () => {
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

  it.each([
    ['send nothing', ''],
    ['never end the headers', 'GET / HTTP/1.1\r\nhost: a\r\nx-a: '],
  ])('that %s are let go', async (_what, text) => {
    const socket = await dial();
    socket.write(text);
    const drip = setInterval(() => text !== '' && socket.write('b'), 500);
    const startMs = performance.now();
    await ended(socket).finally(() => clearInterval(drip));
    expect(performance.now() - startMs).toBeLessThan(20_000);
  });

  it('that never end the body are let go', { timeout: 90_000 }, async () => {
    const socket = await dial();
    socket.write(
      'POST /api/auth/login HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 60000\r\n\r\n{',
    );
    const drip = setInterval(() => socket.write(' '), 500);
    const startMs = performance.now();
    await ended(socket).finally(() => clearInterval(drip));
    expect(performance.now() - startMs).toBeLessThan(40_000);
  });

  it('that send headers without an end are refused', async () => {
    const socket = await dial();
    socket.write(`GET / HTTP/1.1\r\nhost: a\r\n${'x-a: b\r\n'.repeat(5_000)}\r\n`);
    expect(await ended(socket)).toMatch(/^HTTP\/1\.1 431 /);
  });
});
