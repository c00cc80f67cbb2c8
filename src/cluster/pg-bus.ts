import type { Log } from '../common/logger.js';
import type { DatabaseSession } from '../db/database-session.js';
import type { PrismaService } from '../db/prisma.service.js';
import type { Bus } from './bus.js';
import { BusListeners, GAP_TOPIC, writeFrame } from './bus-frames.js';
import type { NodeId } from './cluster.js';
import { GapNotice } from './gap-notice.js';

/** The channel for LISTEN and NOTIFY. */
export const BUS_CHANNEL = 'onair_bus';

/** The bus over PostgreSQL's LISTEN and NOTIFY. */
export class PgBus implements Bus {
  readonly database: { channel: string; from: NodeId };
  readonly #listeners = new BusListeners();
  readonly #gapNotice = new GapNotice(() => this.publish(GAP_TOPIC, null));
  #waiting: string[] = [];
  #sending = false;

  /** @param session a connection that listens to {@link BUS_CHANNEL} */
  constructor(
    private readonly self: NodeId,
    session: DatabaseSession,
    private readonly db: PrismaService,
    private readonly log: Log,
  ) {
    this.database = { channel: BUS_CHANNEL, from: self };
    session.events.on('notified', (channel, payload) => {
      if (channel === BUS_CHANNEL) this.#listeners.receive(payload, self);
    });
    session.events.on('restored', () => this.#listeners.gap());
  }

  publish(topic: string, message: unknown): void {
    this.#waiting.push(writeFrame(this.self, topic, message));
    if (!this.#sending) void this.#send();
  }

  on(topic: string, listener: (message: unknown) => void): () => void {
    return this.#listeners.on(topic, listener);
  }

  onGap(listener: () => void): () => void {
    return this.#listeners.onGap(listener);
  }

  /** Sends no more notices of lost messages, because the database is about to be closed. */
  close(): void {
    this.#gapNotice.close();
  }

  /** Sends the waiting messages, one statement after another, so that they keep their order. */
  async #send(): Promise<void> {
    this.#sending = true;
    // Collects the messages of this turn of the event loop.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const frames = this.#waiting;
      this.#waiting = [];
      try {
        await this.db.$executeRaw`
          SELECT pg_notify(${BUS_CHANNEL}, frame) FROM unnest(${frames}::text[]) WITH ORDINALITY AS f(frame, n)
          ORDER BY n`;
      } catch (err) {
        this.log.warn({ err, lost: frames.length }, 'messages to other nodes were lost');
        this.#gapNotice.lost();
      }
    }
    this.#sending = false;
  }
}
