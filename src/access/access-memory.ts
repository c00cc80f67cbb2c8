import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.js';
import { LOG, type Log } from '../common/logger.js';
import { CHANNEL_NAME_PATTERN } from '../protocol/limits.js';
import type { ChannelAccess } from './access-policy.js';
import { AccessRepository } from './access.repository.js';

/** The age up to which entries are used without a refresh. */
const FRESH_MS = 2_000;
/**
 * The age up to which entries are used while they are being refreshed. For older entries, callers
 * wait for the refresh.
 */
const STALE_MS = 5_000;
/** The maximum number of entries; beyond it, the least recently used is evicted. */
const ENTRIES_MAX = 2_000;
/**
 * The maximum number of accounts per channel that are checked for being disabled, and of sessions
 * that are checked for having ended. Beyond it, the oldest is dropped until it is used again.
 */
const IDS_MAX = 2_000;

type Entry = {
  /**
   * The channel's access; null if there is no such channel. Missing channels are cached too, so
   * that their lookups take as long as those of existing ones.
   */
  access: ChannelAccess | null;
  readAtMs: number;
  reading: Promise<ChannelAccess | null> | null;
  readonly accounts: Set<string>;
  readonly sessions: Set<string>;
};

/**
 * Caches who can watch each channel, so that checking every segment request and socket message is
 * cheap. Changes that a node announces apply at once (see {@link forget}); any other change to the
 * database applies within five seconds.
 */
@Injectable()
export class AccessMemory {
  readonly #log: Log;
  /** Entries by name, in order of last use. Only uses that require a refresh count. */
  readonly #entries = new Map<string, Entry>();

  constructor(
    private readonly repository: AccessRepository,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) log: Log,
  ) {
    this.#log = log.child({ part: 'access' });
  }

  /**
   * Returns a channel's access, or null if no such channel exists. Returns a promise only if the
   * access must be read first.
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
    reading.catch((err: unknown) => this.#log.warn({ err }, 'access rules can’t be read'));
    return entry.access;
  }

  /**
   * Returns the access that was last read, no matter how old it is; undefined if it was never read.
   */
  known(name: string): ChannelAccess | null | undefined {
    const entry = this.#entries.get(name);
    return entry && entry.readAtMs > 0 ? entry.access : undefined;
  }

  /**
   * Reads a channel's access again, no matter how fresh the entry is. Concurrent reads are merged.
   */
  read(name: string): Promise<ChannelAccess | null> {
    const entry = this.#entries.get(name) ?? this.#add(name);
    entry.reading ??= this.#read(name, entry).finally(() => {
      entry.reading = null;
    });
    return entry.reading;
  }

  /** Records that an account requested access, so that it is noticed if the account is disabled. */
  recordAccount(name: string, accountId: string): void {
    addTo(this.#entries.get(name)?.accounts, accountId);
  }

  /** Records that a session's token was used, so that the session's end is noticed. */
  recordSession(name: string, sessionId: string): void {
    addTo(this.#entries.get(name)?.sessions, sessionId);
  }

  /** Drops a channel from the cache. */
  forget(name: string): void {
    this.#entries.delete(name);
  }

  /** Drops all channels from the cache. */
  forgetAll(): void {
    this.#entries.clear();
  }

  async #read(name: string, entry: Entry): Promise<ChannelAccess | null> {
    const startedMs = this.clock.nowMs();
    try {
      const access = await this.repository.find(name, [...entry.accounts], [...entry.sessions]);
      entry.access = access;
      entry.readAtMs = startedMs;
      return access;
    } catch (error) {
      // Broadcasts continue without the database, so the access that was last read stays in force.
      // This process can't have changed it since then, because any change drops the entry.
      if (entry.readAtMs === 0) {
        if (this.#entries.get(name) === entry) this.#entries.delete(name);
        throw error;
      }
      this.#log.warn(
        { err: error },
        'access rules can’t be read; the last known ones remain in force',
      );
      entry.readAtMs = startedMs - FRESH_MS;
      return entry.access;
    }
  }

  #add(name: string): Entry {
    const entry: Entry = {
      access: null,
      readAtMs: 0,
      reading: null,
      accounts: new Set(),
      sessions: new Set(),
    };
    this.#entries.set(name, entry);
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= ENTRIES_MAX) break;
      this.#entries.delete(oldest);
    }
    return entry;
  }
}

function addTo(ids: Set<string> | undefined, id: string): void {
  if (!ids || ids.has(id)) return;
  ids.add(id);
  if (ids.size <= IDS_MAX) return;
  const [oldest] = ids;
  if (oldest !== undefined) ids.delete(oldest);
}
