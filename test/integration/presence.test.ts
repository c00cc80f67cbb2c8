import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { api, type Person, registerWithChannel } from '../support/people.js';
import { type ClientSocket, openSocket, request } from '../support/sockets.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { useServer } from '../support/fixtures/use-server.js';

const CHANNEL = 'here';
const POLL = { timeout: 30_000, interval: 50 };

describe('the number of viewers', () => {
  const test = useServer();
  let owner: Person;
  let network: TcpProxy;
  let watcher: ClientSocket;
  /** The latest count that the watcher received. */
  let told: number;
  const open: ClientSocket[] = [];

  beforeAll(async () => {
    owner = await registerWithChannel(test.url, CHANNEL);
    network = await TcpProxy.to(test.url);
  });
  afterEach(() => {
    for (const socket of open.splice(0)) socket.disconnect();
  });
  afterAll(async () => {
    await network.close();
  });

  async function watch(url: string, headers: Record<string, string> = {}): Promise<ClientSocket> {
    const socket = await openSocket(url, headers);
    open.push(socket);
    await request(socket, 'viewer:join', { channel: CHANNEL });
    await request(socket, 'chat:join', { channel: CHANNEL });
    return socket;
  }

  /** Connects the owner, and `count` viewers over a network that the test can break. */
  async function fill(count: number): Promise<ClientSocket[]> {
    watcher = await watch(test.url, { cookie: owner.cookie });
    watcher.on('channel:stats', ({ viewers }) => {
      told = viewers;
    });
    const others = await Promise.all(Array.from({ length: count }, () => watch(network.url)));
    await expect.poll(() => told, POLL).toBe(1 + count);
    return others;
  }

  /** Returns the public viewer count. */
  async function counted(): Promise<number> {
    return (await api<{ viewers: number }>(test.url, null, 'GET', `/channels/${CHANNEL}`)).viewers;
  }

  // heartbeat.test.ts checks that this happens a second after an unanswered ping.
  it('drops when a network goes silent, before its connections are closed', async () => {
    const others = await fill(3);
    network.freeze();
    await expect.poll(counted, POLL).toBe(1);
    await expect.poll(() => told, POLL).toBe(1);
    const list = await request(watcher, 'chat:viewers', { channel: CHANNEL });
    expect(list).toMatchObject({ accounts: 1, guests: 0 });

    network.thaw();
    await expect.poll(() => told, POLL).toBe(4);
    expect(others.map(({ connected }) => connected)).toEqual([true, true, true]);
  });

  it('drops when connections break or leave', async () => {
    const [one] = await fill(3);
    one?.disconnect();
    await expect.poll(() => told, POLL).toBe(3);
    network.cut();
    await expect.poll(() => told, POLL).toBe(1);
  });

  it('excludes connections that are closed after a long silence', async () => {
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
