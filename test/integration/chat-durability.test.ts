import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ChatMessage } from '../../src/protocol/chat.js';
import { databases, startTestApp } from '../support/app.js';
import { wholeHistory } from '../support/chat-history.js';
import { registerWithChannel } from '../support/people.js';
import { createDatabase } from '../support/postgres-databases.js';
import { ServerProcess } from '../support/server-process.js';
import { ask, type ClientSocket, openSocket, refusal, request } from '../support/sockets.js';
import { TcpProxy } from '../support/tcp-proxy.js';

const CHANNEL = 'owner';
const SENDERS = 20;

/** Sends as fast as is allowed until the connection is lost; returns the acknowledged nonces. */
async function sendUntilGone(socket: ClientSocket, name: string): Promise<Map<string, number>> {
  const acknowledged = new Map<string, number>();
  while (socket.connected) {
    const message = { channel: CHANNEL, nonce: randomUUID(), text: 'x', guestName: name };
    const reply = await ask(socket, 'chat:send', message).catch(() => null);
    if (reply?.ok) acknowledged.set(message.nonce, (reply.data as { seq: number }).seq);
    // The client waits for as long as the server says, which is part of the test.
    else if (reply) await pause(reply.error.retryAfterMs ?? 0);
  }
  return acknowledged;
}

describe('an acknowledged message', () => {
  it('is in the history after the server was killed during concurrent writes', async () => {
    const server = await ServerProcess.start();
    onTestFinished(() => server.close());
    await registerWithChannel(server.url, CHANNEL);
    const all = new Map<string, number>();
    for (let round = 0; round < 2; round += 1) {
      const sockets = await Promise.all(
        Array.from({ length: SENDERS }, () => openSocket(server.url)),
      );
      const sending = sockets.map((socket, i) => sendUntilGone(socket, `sender ${i}`));
      const reader = await openSocket(server.url);
      const before = all.size;
      await expect
        .poll(async () => (await request(reader, 'chat:join', { channel: CHANNEL })).lastSeq, {
          timeout: 30_000,
          interval: 5,
        })
        .toBeGreaterThan(before + SENDERS * 2);
      await server.kill('SIGKILL');
      for (const acknowledged of await Promise.all(sending))
        for (const [nonce, seq] of acknowledged) all.set(nonce, seq);
      await server.start();
    }

    const socket = await openSocket(server.url);
    const history = await wholeHistory(socket, CHANNEL);
    socket.disconnect();
    expect(history.map(({ seq }) => seq)).toEqual(history.map((_, i) => i + 1));
    const stored = new Map(history.map(({ nonce, seq }) => [nonce, seq]));
    const lost = [...all].filter(([nonce, seq]) => stored.get(nonce) !== seq);
    expect(lost).toEqual([]);
    expect(all.size).toBeGreaterThan(SENDERS * 2);
  });
});

describe.runIf(databases.includes('postgresql'))('without its database', () => {
  it('rejects messages, keeps connections, and recovers with the database', async () => {
    const database = await createDatabase();
    const network = await TcpProxy.to(database.url);
    const url = new URL(database.url);
    url.host = new URL(network.url).host;
    const test = await startTestApp({ overrides: { DATABASE_URL: url.href, LOG_LEVEL: 'silent' } });
    onTestFinished(async () => {
      await test.close();
      await network.close();
      await database.drop();
    });
    await registerWithChannel(test.url, CHANNEL);
    const [ann, bob] = [await openSocket(test.url), await openSocket(test.url)];
    onTestFinished(() => void [ann, bob].map((socket) => socket.disconnect()));
    for (const socket of [ann, bob]) await request(socket, 'chat:join', { channel: CHANNEL });
    const told: ChatMessage[] = [];
    bob.on('chat:messages', ({ messages }) => told.push(...messages));
    const message = (text: string) => ({
      channel: CHANNEL,
      nonce: randomUUID(),
      text,
      guestName: 'ann',
    });
    const first = message('before');
    await request(ann, 'chat:send', first);

    // node-postgres and Prisma report these two failures with different errors.
    for (const [i, breakOff] of [() => network.goDown(), () => network.reset()].entries()) {
      breakOff();
      const lost = message(`lost and found ${i}`);
      expect(await refusal(ann, 'chat:send', lost)).toMatchObject({
        code: 'unavailable',
        retryAfterMs: expect.any(Number),
      });
      expect(await ask(bob, 'clock:ping', {})).toMatchObject({ ok: true });
      network.comeBack();
      expect(await request(ann, 'chat:send', lost)).toMatchObject({ seq: i + 2 });
    }

    // The statement arrives but the response doesn't, so it isn't known whether the message was
    // stored.
    network.freeze();
    const frozen = message('frozen');
    // Ann has sent as many messages as a guest may within a few seconds.
    expect(await refusal(bob, 'chat:send', frozen)).toMatchObject({ code: 'unavailable' });
    network.cut();
    await expect
      .poll(() => ask(bob, 'chat:send', frozen), { timeout: 30_000, interval: 500 })
      .toMatchObject({ ok: true, data: { seq: 4 } });
    const texts = ['before', 'lost and found 0', 'lost and found 1', 'frozen'];
    await expect.poll(() => told.map(({ text }) => text)).toEqual(texts);
    expect(told.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
  });
});
