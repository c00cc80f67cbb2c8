import { randomUUID } from 'node:crypto';
import { vi } from 'vitest';
import { ChatFeed } from '../../../web/client/chat-feed.js';
import { Connection } from '../../../web/client/connection.js';
import { guestCookie } from '../people.js';

const LIMIT = { timeout: 120_000, interval: 20 };

/**
 * A guest who chats through the pages' own connection and feed, and resends a message with the same
 * nonce until it is confirmed.
 */
export class LabChatter {
  /** The texts of this guest's confirmed messages. */
  readonly confirmed: string[] = [];
  /** The seqs of the messages that appeared, in that order. */
  readonly shown: number[] = [];
  readonly #connection: Connection;
  readonly #feed: ChatFeed;
  #caughtUp = false;
  /** The number of times that the connection was lost. */
  timesOffline = 0;

  private constructor(
    url: string,
    private readonly channel: string,
    private readonly name: string,
    cookie: string,
  ) {
    this.#connection = new Connection({ url, headers: { cookie } });
    this.#feed = new ChatFeed({
      connection: this.#connection,
      channel,
      seesDeleted: () => false,
      onJoined: () => undefined,
      onShown: (fresh) => this.shown.push(...fresh.map(({ seq }) => seq)),
      onCaughtUp: () => (this.#caughtUp = true),
      onGone: () => undefined,
    });
    this.#feed.open();
    this.#connection.status.subscribe((status) => {
      if (status === 'offline') this.timesOffline += 1;
    });
  }

  static async join(url: string, channel: string, name: string): Promise<LabChatter> {
    const chatter = new LabChatter(url, channel, name, await guestCookie(url));
    await vi.waitUntil(() => chatter.#caughtUp, LIMIT);
    return chatter;
  }

  /** The messages that the page would show. */
  get messages(): readonly { seq: number; text: string }[] {
    return this.#feed.log.peek().messages;
  }

  /** Sends a message; resolves when it is confirmed, no matter how long that takes. */
  async say(text: string): Promise<void> {
    const message = { channel: this.channel, nonce: randomUUID(), text, guestName: this.name };
    for (;;) {
      const isSent = await this.#connection.request('chat:send', message).then(
        () => true,
        () => false,
      );
      if (isSent) break;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    this.confirmed.push(text);
  }

  leave(): void {
    this.#feed.close();
    this.#connection.close();
  }
}
