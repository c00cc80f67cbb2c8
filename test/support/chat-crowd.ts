import { randomUUID } from 'node:crypto';
import { ChatWriter } from '../../src/chat/messages/chat-writer.js';
import { PrismaService } from '../../src/db/prisma.service.js';
import type { AuditEntry } from '../../src/protocol/chat-moderation.js';
import type { ErrorBody, Reply } from '../../src/protocol/error.js';
import type { RequestData, RequestInput } from '../../src/protocol/events.js';
import { startTestApp, type TestApp } from './app.js';
import { api, guestCookie, type Person, register } from './people.js';
import { ask, type ClientSocket, openSocket, request } from './sockets.js';

/** The roles in a moderated chat. */
export const ROLES = ['owner', 'moderator', 'member', 'guest'] as const;
export type Role = (typeof ROLES)[number];

/**
 * A channel's chat with one connection per role, each of which has joined the room. The service
 * trusts a proxy here, so each connection can have its own address.
 */
export class ChatCrowd {
  readonly test: TestApp;
  readonly people: Readonly<Record<Exclude<Role, 'guest'>, Person>>;
  channel = '';
  #sockets: ClientSocket[] = [];
  #byRole = new Map<Role, ClientSocket>();
  #channels = 0;
  #guests = 0;

  private constructor(test: TestApp, people: ChatCrowd['people']) {
    this.test = test;
    this.people = people;
  }

  static async gather(): Promise<ChatCrowd> {
    const test = await startTestApp({ overrides: { TRUST_PROXY: '1' } });
    const [owner, moderator, member] = await Promise.all(
      ['olivia', 'mona', 'milo'].map((name) => register(test.url, name)),
    );
    return new ChatCrowd(test, { owner: owner!, moderator: moderator!, member: member! });
  }

  /** Creates a channel with an empty chat that everyone joins. */
  async enter(): Promise<void> {
    this.channel = `crowd-${(this.#channels += 1)}`;
    const db = this.db;
    const idOf = async ({ username }: Person) =>
      (await db.account.findUniqueOrThrow({ where: { username } })).id;
    const { id } = await db.channel.create({
      data: { name: this.channel, ownerId: await idOf(this.people.owner) },
    });
    await db.channelModerator.create({
      data: { channelId: id, accountId: await idOf(this.people.moderator) },
    });
    for (const role of ROLES)
      this.#byRole.set(role, await this.join(role === 'guest' ? null : this.people[role]));
  }

  get db(): PrismaService {
    return this.test.app.get(PrismaService);
  }

  as(role: Role): ClientSocket {
    return this.#byRole.get(role)!;
  }

  /** Opens another connection, for an account or for a guest with a new cookie and address. */
  async join(
    who: { cookie: string } | null,
    { address = `198.51.100.${(this.#guests += 1)}` } = {},
  ): Promise<ClientSocket> {
    const cookie = who?.cookie ?? (await guestCookie(this.test.url));
    const socket = await openSocket(this.test.url, { cookie, 'x-forwarded-for': address });
    this.#sockets.push(socket);
    await request(socket, 'chat:join', { channel: this.channel });
    return socket;
  }

  /** Builds a `chat:send` request. */
  say(text: string, more: Partial<RequestInput<'chat:send'>> = {}): RequestInput<'chat:send'> {
    return { channel: this.channel, nonce: randomUUID(), text, guestName: 'gast', ...more };
  }

  /** Sends a message; resolves with its seq. */
  async send(role: Role | ClientSocket, text: string): Promise<number> {
    const reply = await this.try(role, this.say(text));
    if (!reply.ok) throw new Error(JSON.stringify(reply.error));
    return reply.data.seq;
  }

  /**
   * Sends a message; resolves with the reply. Retries a rate-limited message after the delay that
   * the server asks for.
   */
  async try(
    role: Role | ClientSocket,
    message: RequestInput<'chat:send'>,
  ): Promise<Reply<RequestData<'chat:send'>>> {
    const socket = typeof role === 'string' ? this.as(role) : role;
    for (;;) {
      const reply = (await ask(socket, 'chat:send', message)) as Reply<RequestData<'chat:send'>>;
      if (reply.ok || reply.error.code !== 'rate_limited') return reply;
      const { retryAfterMs } = reply.error;
      if (retryAfterMs === undefined) return reply;
      await new Promise((resolve) => setTimeout(resolve, retryAfterMs));
    }
  }

  /** Sends a message that should be refused; resolves with the error. */
  async refused(role: Role, message: RequestInput<'chat:send'>): Promise<ErrorBody> {
    const reply = await this.try(role, message);
    if (reply.ok) throw new Error('the message was not refused');
    return reply.error;
  }

  /** Stores an account's message, bypassing the chat's rules and rate limits. */
  async write(role: Exclude<Role, 'guest'>, text: string): Promise<number> {
    const { username } = this.people[role];
    const [account, channel] = await Promise.all([
      this.db.account.findUniqueOrThrow({ where: { username } }),
      this.db.channel.findUniqueOrThrow({ where: { name: this.channel } }),
    ]);
    const { seq } = await this.test.app.get(ChatWriter).write({
      channelId: channel.id,
      accountId: account.id,
      guestId: null,
      nonce: randomUUID(),
      broadcastId: null,
      name: username,
      displayName: '',
      role,
      text,
      replyToSeq: null,
    });
    return seq;
  }

  /** Returns the moderation log, newest first. */
  async audit(): Promise<AuditEntry[]> {
    const { entries } = await request(this.as('owner'), 'chat:audit', { channel: this.channel });
    return entries;
  }

  /** Makes the member a moderator; resolves with their connection. */
  async appointMember(): Promise<ClientSocket> {
    await this.api('owner', 'PUT', `/channels/${this.channel}/moderators/milo`);
    return this.as('member');
  }

  async api<T>(role: Exclude<Role, 'guest'>, method: string, path: string): Promise<T> {
    return api<T>(this.test.url, this.people[role], method, path);
  }

  leave(): void {
    for (const socket of this.#sockets.splice(0)) socket.disconnect();
    this.#byRole.clear();
  }

  async close(): Promise<void> {
    this.leave();
    await this.test.close();
  }
}
