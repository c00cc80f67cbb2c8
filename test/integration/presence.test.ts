import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.js';
import { api, type Person, registerWithChannel } from '../support/people.js';
import { type ClientSocket, openSocket, request } from '../support/sockets.js';
import { TcpProxy } from '../support/tcp-proxy.js';

const CHANNEL = 'here';
const WITHIN_MS = 5_000;
const POLL = { timeout: 30_000, interval: 50 };

describe('who is there', () => {
  let test: TestApp;
  let owner: Person;
  let network: TcpProxy;
  let watcher: ClientSocket;
  /** As the watcher is told. */
  let told: number;
  const open: ClientSocket[] = [];

  beforeAll(async () => {
    test = await startTestApp();
    owner = await registerWithChannel(test.url, CHANNEL);
    network = await TcpProxy.to(test.url);
  });
  afterEach(() => {
    for (const socket of open.splice(0)) socket.disconnect();
  });
  afterAll(async () => {
    await network.close();
    await test.close();
  });

  async function watch(url: string, headers: Record<string, string> = {}): Promise<ClientSocket> {
    const socket = await openSocket(url, headers);
    open.push(socket);
    await request(socket, 'viewer:join', { channel: CHANNEL });
    await request(socket, 'chat:join', { channel: CHANNEL });
    return socket;
  }

  /** The owner, and `count` more behind a network that can break. */
  async function fill(count: number): Promise<ClientSocket[]> {
    watcher = await watch(test.url, { cookie: owner.cookie });
    watcher.on('channel:stats', ({ viewers }) => {
      told = viewers;
    });
    const others = await Promise.all(Array.from({ length: count }, () => watch(network.url)));
    await expect.poll(() => told, POLL).toBe(1 + count);
    return others;
  }

  /** As everybody can ask. */
  async function counted(): Promise<number> {
    return (await api<{ viewers: number }>(test.url, null, 'GET', `/channels/${CHANNEL}`)).viewers;
  }

  it('is told within 5 s of a network that goes silent, and those are not cut for it', async () => {
    const others = await fill(3);
    network.freeze();
    const startMs = performance.now();
    await expect.poll(counted, POLL).toBe(1);
    expect(performance.now() - startMs).toBeLessThan(WITHIN_MS);
    await expect.poll(() => told, POLL).toBe(1);
    const list = await request(watcher, 'chat:viewers', { channel: CHANNEL });
    expect(list).toMatchObject({ accounts: 1, guests: 0 });

    network.thaw();
    await expect.poll(() => told, POLL).toBe(4);
    expect(others.map(({ connected }) => connected)).toEqual([true, true, true]);
  });

  it('is told of connections that break or leave', async () => {
    const [one] = await fill(3);
    one?.disconnect();
    await expect.poll(() => told, POLL).toBe(3);
    network.cut();
    await expect.poll(() => told, POLL).toBe(1);
  });

  it('is given up when the silence goes on', async () => {
    const sockets = async () => {
      const text = await (await fetch(`${test.url}/metrics`)).text();
      return Number(/^onair_sockets (\d+)$/m.exec(text)?.[1]);
    };
    await fill(2);
    expect(await sockets()).toBe(3);
    network.freeze();
    await expect.poll(sockets, POLL).toBe(1);
  });
});
