import { randomUUID } from 'node:crypto';
import { setInterval as every } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import type { ChatMessage } from '../../src/protocol/chat.js';
import type { RequestData } from '../../src/protocol/events.js';
import { wholeHistory } from '../support/chat-history.js';
import { guestCookie, registerWithChannel } from '../support/people.js';
import { ServerProcess } from '../support/server-process.js';
import { ask, type ClientSocket, openSocket, request } from '../support/sockets.js';

const CHANNEL = 'owner';
const PEOPLE = 100;
const PER_SECOND = 50;
/** The number of acknowledged messages after which the server is killed. */
const BEFORE_THE_CRASH = 100;

/** A message with its seq from the acknowledgement. */
type Written = { readonly nonce: string; readonly text: string; seq: number | null };

/** A guest in the chat, who reconnects with the same identity. */
class Guest {
  readonly written: Written[] = [];
  /** The messages in the order of arrival, over all connections. */
  readonly told: ChatMessage[] = [];
  readonly #url: string;
  readonly #cookie: string;
  #socket: ClientSocket | undefined;

  constructor(url: string, cookie: string) {
    this.#url = url;
    this.#cookie = cookie;
  }

  get connected(): boolean {
    return this.#socket?.connected ?? false;
  }

  async comeIn(): Promise<void> {
    const socket = await openSocket(this.#url, { cookie: this.#cookie });
    this.#socket = socket;
    await request(socket, 'chat:join', { channel: CHANNEL });
    socket.on('chat:messages', ({ messages }) => this.told.push(...messages));
  }

  leave(): void {
    this.#socket?.disconnect();
  }

  /** Resolves when the message is acknowledged or the connection is lost. */
  async write(written: Written): Promise<void> {
    if (!this.#socket) throw new Error('this guest is not connected');
    const { nonce, text } = written;
    const message = { channel: CHANNEL, guestName: 'gast', nonce, text };
    const reply = await ask(this.#socket, 'chat:send', message).catch(() => null);
    if (reply?.ok) written.seq = (reply.data as RequestData<'chat:send'>).seq;
    else if (reply) throw new Error(JSON.stringify(reply.error));
  }

  /** Resends unacknowledged messages, as the page does after a reconnect. */
  async writeAgain(): Promise<void> {
    for (const written of this.written) if (written.seq === null) await this.write(written);
  }
}

/** Sends messages as each guest in turn, 50 per second, until nobody is connected. */
async function writeUntilGone(people: readonly Guest[], onWritten: () => void): Promise<void> {
  const writing: Promise<void>[] = [];
  let turn = 0;
  for await (const _tick of every(1_000 / PER_SECOND)) {
    const guest = people[(turn += 1) % people.length]!;
    if (!people.some(({ connected }) => connected)) break;
    if (!guest.connected) continue;
    const written: Written = { nonce: randomUUID(), text: `message ${turn}`, seq: null };
    guest.written.push(written);
    writing.push(guest.write(written).then(onWritten));
  }
  await Promise.all(writing);
}

it('a server killed while 100 people chat loses nothing acknowledged and announces nothing unstored', async () => {
  const server = await ServerProcess.start();
  onTestFinished(() => server.close());
  await registerWithChannel(server.url, CHANNEL);
  const cookies = await Promise.all(Array.from({ length: PEOPLE }, () => guestCookie(server.url)));
  const people = cookies.map((cookie) => new Guest(server.url, cookie));
  onTestFinished(() => people.forEach((guest) => guest.leave()));
  await Promise.all(people.map((guest) => guest.comeIn()));
  const everything = () => people.flatMap(({ written }) => written);

  let killed: Promise<void> | undefined;
  await writeUntilGone(people, () => {
    const acknowledged = everything().filter(({ seq }) => seq !== null).length;
    if (acknowledged >= BEFORE_THE_CRASH) killed ??= server.kill('SIGKILL');
  });
  await killed;
  const acknowledged = everything().filter(({ seq }) => seq !== null);
  const told = people.map((guest) => guest.told.splice(0));

  await server.start();
  const reader = await openSocket(server.url);
  onTestFinished(() => void reader.disconnect());
  const kept = await wholeHistory(reader, CHANNEL);
  expect(kept.map(({ seq }) => seq)).toEqual(kept.map((_, i) => i + 1));
  expect(new Set(kept.map(({ nonce }) => nonce)).size).toBe(kept.length);
  expect(acknowledged.length).toBeGreaterThanOrEqual(BEFORE_THE_CRASH);
  const lost = acknowledged.filter(({ nonce, seq }) => kept[seq! - 1]?.nonce !== nonce);
  expect(lost).toEqual([]);
  // Each client received the beginning of the history in order; its length depends on the moment of
  // the crash.
  for (const messages of told) expect(messages).toEqual(kept.slice(0, messages.length));
  expect(Math.max(...told.map(({ length }) => length))).toBeGreaterThan(BEFORE_THE_CRASH / 2);

  await Promise.all(people.map((guest) => guest.comeIn()));
  await Promise.all(people.map((guest) => guest.writeAgain()));
  const all = await wholeHistory(reader, CHANNEL);
  const nonces = (messages: readonly { nonce: string }[]) => messages.map(({ nonce }) => nonce);
  expect(nonces(all).toSorted()).toEqual(nonces(everything()).toSorted());
  expect(all.slice(0, kept.length)).toEqual(kept);
});
