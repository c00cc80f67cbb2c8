import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.js';
import { LOG, type Log } from '../common/logger.js';
import { CHANNEL_NAME_PATTERN } from '../protocol/limits.js';
import type { ChannelAccess } from './access-policy.js';
import { AccessRepository } from './access.repository.js';

/** What is younger decides as it is. */
const FRESH_MS = 2_000;
/** What is younger decides while it is read again; what is older waits for that. */
const STALE_MS = 5_000;
/** At this many the one that was not asked for longest is forgotten. */
const ENTRIES_MAX = 2_000;
/** Accounts that asked about one channel, to look up which are disabled; the oldest is forgotten. */
const ASKED_MAX = 2_000;

type Entry = {
  /** Null: there is no such channel. Remembered as well, so that a look-up takes as long as any other. */
  access: ChannelAccess | null;
  readAtMs: number;
  reading: Promise<ChannelAccess | null> | null;
  readonly asked: Set<string>;
};

/**
 * Who may watch which channel, from memory, so that every segment and every socket message can ask. What
 * is changed by this process is known at once ({@link forget}); what others write into the database,
 * within five seconds.
 */
@Injectable()
export class AccessMemory {
  readonly #log: Log;
  /** By name, in the order of their last use, but for uses of what was fresh. */
  readonly #entries = new Map<string, Entry>();

  constructor(
    private readonly repository: AccessRepository,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) log: Log,
  ) {
    this.#log = log.child({ part: 'access' });
  }

  /** Null when there is no such channel. A promise only when it has to be read first. */
  find(name: string): ChannelAccess | null | Promise<ChannelAccess | null> {
    if (!CHANNEL_NAME_PATTERN.test(name)) return null;
    const entry = this.#entries.get(name);
    if (!entry) return this.read(name);
    const ageMs = this.clock.nowMs() - entry.readAtMs;
    if (ageMs < FRESH_MS) return entry.access;
    this.#entries.delete(name);
    this.#entries.set(name, entry);
    const reading = this.read(name);
    if (ageMs >= STALE_MS) return reading;
    reading.catch((err: unknown) => this.#log.warn({ err }, 'access can’t be read'));
    return entry.access;
  }

  /** What was read last, however long ago; undefined when nothing is known. Reads nothing. */
  known(name: string): ChannelAccess | null | undefined {
    const entry = this.#entries.get(name);
    return entry && entry.readAtMs > 0 ? entry.access : undefined;
  }

  /** Reads it again, however fresh it is; readings at the same time are one. */
  read(name: string): Promise<ChannelAccess | null> {
    const entry = this.#entries.get(name) ?? this.#add(name);
    entry.reading ??= this.#read(name, entry).finally(() => {
      entry.reading = null;
    });
    return entry.reading;
  }

  /** Remembers that an account asks, to notice when it gets disabled. */
  asked(name: string, accountId: string): void {
    const asked = this.#entries.get(name)?.asked;
    if (!asked || asked.has(accountId)) return;
    asked.add(accountId);
    if (asked.size <= ASKED_MAX) return;
    const [oldest] = asked;
    if (oldest !== undefined) asked.delete(oldest);
  }

  /** What is known of a channel is not true any more. */
  forget(name: string): void {
    this.#entries.delete(name);
  }

  async #read(name: string, entry: Entry): Promise<ChannelAccess | null> {
    const startedMs = this.clock.nowMs();
    try {
      const access = await this.repository.find(name, [...entry.asked]);
      entry.access = access;
      entry.readAtMs = startedMs;
      return access;
    } catch (error) {
      // A broadcast goes on without the database, and so does who may watch it: nothing can have
      // been changed but what this process has forgotten.
      if (entry.readAtMs === 0) {
        if (this.#entries.get(name) === entry) this.#entries.delete(name);
        throw error;
      }
      this.#log.warn({ err: error }, 'access can’t be read: what was read last goes on to count');
      entry.readAtMs = startedMs - FRESH_MS;
      return entry.access;
    }
  }

  #add(name: string): Entry {
    const entry: Entry = { access: null, readAtMs: 0, reading: null, asked: new Set() };
    this.#entries.set(name, entry);
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= ENTRIES_MAX) break;
      this.#entries.delete(oldest);
    }
    return entry;
  }
}
