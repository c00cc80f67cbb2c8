import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Connection } from '../../web/client/connection.js';
import { useServer } from '../support/fixtures/use-server.js';

const script = readFileSync('web/inline/head-start.js', 'utf8');

describe('the socket that a page opens before its code is loaded', () => {
  const test = useServer();
  const connections: Connection[] = [];

  afterEach(async () => {
    for (const connection of connections.splice(0)) connection.close();
    globalThis.onairHeadStart = undefined;
    await vi.waitFor(async () => {
      if ((await sockets()) > 0) throw new Error('sockets are still open');
    });
  });

  /** Runs the page's first script, as a browser does on a page with this boot data. */
  function openPage(boot: object): WebSocket | undefined {
    const page = {
      document: { getElementById: () => ({ textContent: JSON.stringify(boot) }) },
      location: { href: `${test.url}/tea` },
      URL,
      WebSocket,
      onairHeadStart: globalThis.onairHeadStart,
    };
    runInNewContext(script, page);
    globalThis.onairHeadStart = page.onairHeadStart;
    return globalThis.onairHeadStart?.early?.socket;
  }

  async function connect(): Promise<Connection> {
    const connection = new Connection({ url: test.url });
    connections.push(connection);
    await expect.poll(() => connection.status.value).toBe('online');
    return connection;
  }

  async function sockets(): Promise<number> {
    const text = await (await fetch(`${test.url}/metrics`)).text();
    return Number(/^onair_sockets (\d+)$/m.exec(text)?.[1]);
  }

  const live = { basePath: '', channel: { broadcast: null } };

  it('is used when it is connected', async () => {
    openPage(live);
    await expect.poll(() => globalThis.onairHeadStart?.early?.received.length).toBe(2);
    const connection = await connect();
    expect(await connection.request('clock:ping', {})).toHaveProperty('serverMs');
    expect(await sockets()).toBe(1);
  });

  it('is used while it is still being opened', async () => {
    const socket = openPage(live);
    expect(socket?.readyState).toBe(WebSocket.CONNECTING);
    const connection = await connect();
    expect(await connection.request('clock:ping', {})).toHaveProperty('serverMs');
    expect(await sockets()).toBe(1);
  });

  it('is used when it is open, but nothing has arrived', async () => {
    const socket = openPage(live);
    if (!socket) throw new Error('no socket was opened');
    await once(socket, 'open');
    const connection = await connect();
    expect(await connection.request('clock:ping', {})).toHaveProperty('serverMs');
    expect(await sockets()).toBe(1);
  });

  it('is replaced if it was lost', async () => {
    const socket = openPage(live);
    await expect.poll(() => globalThis.onairHeadStart?.early?.received.length).toBe(2);
    socket?.close();
    const connection = await connect();
    expect(await connection.request('clock:ping', {})).toHaveProperty('serverMs');
  });

  it('is used once, and a lost connection is replaced by a new one', async () => {
    openPage(live);
    const first = await connect();
    const { id } = first.link;
    first.link.drop();
    await expect.poll(() => first.link.id).not.toBe(id);
    await expect.poll(() => first.status.value).toBe('online');
    await connect();
    await expect.poll(sockets).toBe(2);
  });

  it('is not used for another server', async () => {
    const socket = openPage({ ...live, basePath: '/elsewhere' });
    const connection = await connect();
    expect(await connection.request('clock:ping', {})).toHaveProperty('serverMs');
    socket?.close();
  });

  it('is not opened on a page that asks for a password', () => {
    expect(openPage({ basePath: '', channel: null, locked: 'tea' })).toBeUndefined();
  });
});
