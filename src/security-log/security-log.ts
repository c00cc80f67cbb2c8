import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.js';
import { LOG, type Log } from '../common/logger.js';
import { SerialQueue } from '../common/serial-queue.js';
import { Jobs } from '../db/jobs.js';
import type { AdminEventView, SecurityEventView } from '../protocol/security-event.js';
import { type AdminEvent, AdminEventRepository } from './admin-event.repository.js';
import type { SecurityEvent } from './security-event.js';
import { SecurityEventRepository } from './security-event.repository.js';

const DAY_MS = 86_400_000;
/** How long account events are stored. */
const EVENTS_KEPT_MS = 90 * DAY_MS;
/** How long administrator actions are stored. */
const ADMIN_EVENTS_KEPT_MS = 365 * DAY_MS;
const SWEEP_EVERY_MS = 3_600_000;
/** The maximum number of queued events; further ones are dropped. */
const WAITING_MAX = 200;

type Part = Readonly<{ limit: number; offset: number }>;

/** Records and lists security events of accounts and actions of administrators. */
@Injectable()
export class SecurityLog implements OnModuleInit, OnModuleDestroy {
  readonly #events: SecurityEventRepository;
  readonly #acts: AdminEventRepository;
  readonly #log: Log;
  readonly #queue = new SerialQueue(WAITING_MAX);
  #stopSweeping: () => void = () => undefined;

  constructor(
    events: SecurityEventRepository,
    acts: AdminEventRepository,
    private readonly jobs: Jobs,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) log: Log,
  ) {
    this.#events = events;
    this.#acts = acts;
    this.#log = log.child({ part: 'security-log' });
  }

  onModuleInit(): void {
    this.#stopSweeping = this.jobs.every({
      name: 'security-log',
      everyMs: SWEEP_EVERY_MS,
      work: () => this.sweep(),
      log: this.#log,
    });
  }

  async onModuleDestroy(): Promise<void> {
    this.#stopSweeping();
    // This writes the queued events while the database is still open.
    await this.#queue.run(() => undefined).catch(() => undefined);
  }

  /** Records an event that changes nothing else in the database. */
  async write(event: SecurityEvent): Promise<void> {
    await this.#events.write(event, this.#now());
  }

  /**
   * Records an event in the background, so that the response time does not reveal whether the
   * account exists.
   */
  writeLater(event: SecurityEvent): void {
    this.#queue
      .run(() => this.write(event))
      .catch((error: unknown) => {
        this.#log.warn({ kind: event.kind, reason: String(error) }, 'an event was not recorded');
      });
  }

  /** Records an administrator's action that changes nothing else in the database. */
  async writeAct(event: AdminEvent): Promise<void> {
    await this.#acts.write(event, this.#now());
  }

  /** Lists an account's events from the last 90 days, newest first. */
  async events(accountId: string, part: Part): Promise<SecurityEventView[]> {
    const since = this.#ago(EVENTS_KEPT_MS);
    return (await this.#events.list(accountId, { since, ...part })).map((row) => ({
      ...row,
      firstAt: row.firstAt.toISOString(),
      lastAt: row.lastAt.toISOString(),
    }));
  }

  /**
   * Lists administrators' actions from the last year, newest first. With `byId`, lists only those
   * of one administrator.
   */
  async acts(part: Part & { byId?: string }): Promise<AdminEventView[]> {
    const since = this.#ago(ADMIN_EVENTS_KEPT_MS);
    return (await this.#acts.list({ since, ...part })).map(({ byName, ...row }) => ({
      ...row,
      by: byName,
      firstAt: row.firstAt.toISOString(),
      lastAt: row.lastAt.toISOString(),
    }));
  }

  /** Deletes expired rows. Called every hour on one node, and by tests. */
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
