import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { PeerSocket } from './peer-socket.js';

let server: WebSocketServer;
beforeAll(async () => {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
});
afterAll(() => {
  server.close();
});

/** Connects a client; resolves with both ends. */
async function connected(options: { autoPong?: boolean } = {}) {
  const { port } = server.address() as AddressInfo;
  const client = new WebSocket(`ws://127.0.0.1:${port}`, options);
  const [[webSocket]] = (await Promise.all([
    once(server, 'connection'),
    once(client, 'open'),
  ])) as unknown as [[WebSocket], unknown];
  const socket = new PeerSocket(webSocket, { channel: 'tea', token: null }, 0);
  return { client, webSocket, socket, closed: once(webSocket, 'close') };
}

describe('a connection to the tracker', () => {
  it('remains open while its pings are answered', async () => {
    const { client, webSocket, socket } = await connected();
    for (let beat = 0; beat < 3; beat += 1) {
      const answered = once(webSocket, 'pong');
      socket.beat();
      await answered;
    }
    expect(socket.isOpen).toBe(true);
    client.close();
  });

  it('is cut if a ping isn’t answered by the time the next one is due', async () => {
    const { client, socket, closed } = await connected({ autoPong: false });
    const pinged = once(client, 'ping');
    socket.beat();
    await pinged;
    expect(socket.isOpen).toBe(true);
    socket.beat();
    await closed;
    expect(socket.isOpen).toBe(false);
  });

  it('is cut if the client reads nothing', async () => {
    const { client, socket, closed } = await connected();
    client.pause();
    const reason = 'x'.repeat(10_000);
    for (let sent = 0; sent < 5_000 && socket.isOpen; sent += 1)
      socket.send({ action: 'announce', info_hash: 'A'.repeat(20), 'failure reason': reason });
    await closed;
    expect(socket.isOpen).toBe(false);
    client.terminate();
  });

  it('can’t send messages faster than the limit', async () => {
    const { client, socket } = await connected();
    const heard = (nowMs: number, count: number) =>
      Array.from({ length: count }, () => socket.hear(nowMs)).filter(Boolean).length;
    expect(heard(0, 100)).toBe(60);
    expect(heard(1_000, 100)).toBe(4);
    client.close();
  });
});
