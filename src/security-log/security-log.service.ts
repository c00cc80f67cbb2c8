import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.js';
import { LOG, type Log } from '../common/logger.js';
import { SerialQueue } from '../common/serial-queue.js';
import type { AdminEventView, SecurityEventView } from '../protocol/security-event.js';
import { type AdminEvent, AdminEventRepository } from './admin-event.repository.js';
import type { SecurityEvent } from './security-event.js';
import { SecurityEventRepository } from './security-event.repository.js';

const DAY_MS = 86_400_000;
/** How long what happened to accounts is kept, and what administrators did. */
const EVENTS_KEPT_MS = 90 * DAY_MS;
const ADMIN_EVENTS_KEPT_MS = 365 * DAY_MS;
const SWEEP_EVERY_MS = 3_600_000;
/** Events that wait to be written; more are not written down. */
const WAITING_MAX = 200;

type Part = Readonly<{ limit: number; offset: number }>;

/** What happened to accounts, and what administrators did, for those who may look it up. */
@Injectable()
export class SecurityLog implements OnModuleInit, OnModuleDestroy {
  readonly #events: SecurityEventRepository;
  readonly #acts: AdminEventRepository;
  readonly #log: Log;
  readonly #queue = new SerialQueue(WAITING_MAX);
  #sweeper: NodeJS.Timeout | undefined;

  constructor(
    events: SecurityEventRepository,
    acts: AdminEventRepository,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) log: Log,
  ) {
    this.#events = events;
    this.#acts = acts;
    this.#log = log.child({ part: 'security-log' });
  }

  onModuleInit(): void {
    const sweep = () =>
      void this.sweep().catch((err: unknown) => this.#log.warn({ err }, 'sweep failed'));
    this.#sweeper = setInterval(sweep, SWEEP_EVERY_MS);
    this.#sweeper.unref();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.#sweeper);
    // What waits is written while the database is still open.
    await this.#queue.run(() => undefined).catch(() => undefined);
  }

  /** Writes down what goes with no other change of the database. */
  async write(event: SecurityEvent): Promise<void> {
    await this.#events.write(event, this.#now());
  }

  /**
   * Writes an event down after the answer to whoever caused it: the time that an answer takes must not
   * tell whether there is such an account.
   */
  writeLater(event: SecurityEvent): void {
    this.#queue
      .run(() => this.write(event))
      .catch((error: unknown) => {
        this.#log.warn(
          { kind: event.kind, reason: String(error) },
          'an event was not written down',
        );
      });
  }

  /** Writes down what an administrator did, where it changes nothing in the database. */
  async writeAct(event: AdminEvent): Promise<void> {
    await this.#acts.write(event, this.#now());
  }

  /** What happened to an account in the last 90 days, the newest first. */
  async events(accountId: string, part: Part): Promise<SecurityEventView[]> {
    const since = this.#ago(EVENTS_KEPT_MS);
    return (await this.#events.list(accountId, { since, ...part })).map((row) => ({
      ...row,
      firstAt: row.firstAt.toISOString(),
      lastAt: row.lastAt.toISOString(),
    }));
  }

  /** What administrators did in the last year, the newest first; with `byId` one of them. */
  async acts(part: Part & { byId?: string }): Promise<AdminEventView[]> {
    const since = this.#ago(ADMIN_EVENTS_KEPT_MS);
    return (await this.#acts.list({ since, ...part })).map(({ byName, ...row }) => ({
      ...row,
      by: byName,
      firstAt: row.firstAt.toISOString(),
      lastAt: row.lastAt.toISOString(),
    }));
  }

  /** Deletes what is too old; for the hourly timer and for tests. */
  async sweep(): Promise<void> {
    while ((await this.#events.deleteBefore(this.#ago(EVENTS_KEPT_MS))) > 0);
    await this.#acts.deleteBefore(this.#ago(ADMIN_EVENTS_KEPT_MS));
  }

  #now(): Date {
    return new Date(this.clock.nowMs());
  }

  #ago(ms: number): Date {
    return new Date(this.clock.nowMs() - ms);
  }
}
