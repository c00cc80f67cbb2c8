import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.js';
import { LOG, type Log } from '../common/logger.js';
import { CHANNEL_NAME_PATTERN } from '../protocol/limits.js';
import type { ChannelAccess } from './access-policy.js';
import { AccessRepository } from './access.repository.js';

/** Younger entries are used as they are. */
const FRESH_MS = 2_000;
/** Younger entries are used while they are refreshed; older ones wait for the refresh. */
const STALE_MS = 5_000;
/** Above this size, the least recently used entry is evicted. */
const ENTRIES_MAX = 2_000;
/** Accounts per channel to check for being disabled; above this number, the oldest is dropped. */
const ASKED_MAX = 2_000;

type Entry = {
  /**
   * Null: no such channel exists. Cached as well, so that the lookup takes as long as any other.
   */
  access: ChannelAccess | null;
  readAtMs: number;
  reading: Promise<ChannelAccess | null> | null;
  readonly asked: Set<string>;
};

/**
 * Caches who can watch each channel, so that every segment request and socket message can be
 * checked. Changes by this process apply at once ({@link forget}); changes that others write to the
 * database, within five seconds.
 */
@Injectable()
export class AccessMemory {
  readonly #log: Log;
  /** By name, in order of last use; uses of fresh entries don't count. */
  readonly #entries = new Map<string, Entry>();

  constructor(
    private readonly repository: AccessRepository,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) log: Log,
  ) {
    this.#log = log.child({ part: 'access' });
  }

  /**
   * Returns a channel's access; null if no such channel exists. A promise only if it must be read
   * first.
   */
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

  /** Returns what was last read, however old; undefined if nothing was. Reads nothing. */
  known(name: string): ChannelAccess | null | undefined {
    const entry = this.#entries.get(name);
    return entry && entry.readAtMs > 0 ? entry.access : undefined;
  }

  /** Reads the channel's access again, however fresh it is; merges concurrent reads. */
  read(name: string): Promise<ChannelAccess | null> {
    const entry = this.#entries.get(name) ?? this.#add(name);
    entry.reading ??= this.#read(name, entry).finally(() => {
      entry.reading = null;
    });
    return entry.reading;
  }

  /** Records that an account asked, to detect when it is disabled. */
  asked(name: string, accountId: string): void {
    const asked = this.#entries.get(name)?.asked;
    if (!asked || asked.has(accountId)) return;
    asked.add(accountId);
    if (asked.size <= ASKED_MAX) return;
    const [oldest] = asked;
    if (oldest !== undefined) asked.delete(oldest);
  }

  /** Drops a channel from the cache. */
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
      // Broadcasts continue without the database, so the last read access stays in force: this
      // process can't have changed it, because its changes drop the entry.
      if (entry.readAtMs === 0) {
        if (this.#entries.get(name) === entry) this.#entries.delete(name);
        throw error;
      }
      this.#log.warn({ err: error }, 'access can’t be read: what was last read stays in force');
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
