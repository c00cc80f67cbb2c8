import { statfs } from 'node:fs/promises';
import {
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.js';
import { LOG, type Log } from '../common/logger.js';
import { CONFIG, type Config } from '../config/config.js';
import { AccountUsages } from './quota/account-usages.js';
import { type StorageState, storageState } from './quota/storage-limits.js';
import { RecordingFiles } from './recording-files.js';
import { RecordingRepository } from './recording.repository.js';
import { RecordingService } from './recording.service.js';

/** The interval of checks. */
const EVERY_MS = 15_000;
/** Recordings deleted at a time, before the next check. */
const DELETED_MAX = 20;
/** How long an account whose broadcast was not recorded counts as wanting room. */
const WANTED_MS = 600_000;

/** An account's storage use and its limit. */
export type StorageUse = Readonly<{
  bytes: number;
  /** The part of it that is never deleted automatically. */
  keptBytes: number;
  /** null: unlimited. */
  limitBytes: number | null;
  state: StorageState;
  /** Whether its oldest recordings are deleted at the limit; false: recording stops instead. */
  oldestGo: boolean;
}>;

/**
 * Enforces the storage limits of recordings: the total, each account's share, and the free disk
 * space that the database and live playback need. An account that records above its limit makes
 * room by deleting its own oldest recordings, except permanent ones. If that is not enough, the
 * disk is nearly full, or too much waits for upload, the account is not recorded until there is
 * room. Between two checks recordings may exceed their limits.
 */
@Injectable()
export class RecordingSpace implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #limits: Config['recordings'];
  readonly #log: Log;
  readonly #usages = new AccountUsages();
  /** Accounts that recorded or wanted to, and when they last did. */
  readonly #wanting = new Map<string, number>();
  /** The state last logged for each account near its limit. */
  readonly #told = new Map<string, StorageState>();
  /** Accounts over their limit, which are not recorded. */
  #fullAccounts: ReadonlySet<string> = new Set();
  #roomBytes: number | null = null;
  #owners = 0;
  #isDiskFull = false;
  #isSpoolFull = false;
  #isFull = false;
  #timer: NodeJS.Timeout | undefined;

  // oxlint-disable-next-line max-params -- Nest's injection: what is kept where, what it may take, clock and log.
  constructor(
    private readonly repository: RecordingRepository,
    private readonly recordings: RecordingService,
    private readonly files: RecordingFiles,
    @Inject(CONFIG) config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) log: Log,
  ) {
    this.#limits = config.recordings;
    this.#log = log.child({ part: 'recordings' });
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.look();
    this.#timer = setInterval(() => {
      this.look().catch((err: unknown) =>
        this.#log.warn({ err }, 'how much recordings take could not be found out'),
      );
    }, EVERY_MS);
  }

  onApplicationShutdown(): void {
    clearInterval(this.#timer);
  }

  /** Whether anyone can record. */
  get hasRoom(): boolean {
    return !this.#isFull;
  }

  /** The size of all recordings and clips, including active recordings. */
  get takenBytes(): number {
    return this.#usages.totalBytes;
  }

  /** Sentences about current problems with storing recordings; empty when there are none. */
  get problems(): string[] {
    const spool = this.files.spool;
    const full = this.#fullAccounts.size;
    return [
      ...(this.#isFull ? ['there is no room for recordings: nothing is recorded'] : []),
      ...(full > 0 && !this.#isFull
        ? [`${full} ${full === 1 ? 'account has' : 'accounts have'} no room for recordings`]
        : []),
      ...(spool?.isUp === false
        ? [
            `the bucket can’t be reached: ${Math.round(spool.bytes / 1_000_000)} MB of recordings wait`,
          ]
        : []),
    ];
  }

  /** An account's storage use and its limit. */
  useOf(accountId: string): StorageUse {
    const { bytes, keptBytes } = this.#usages.of(accountId);
    const limitBytes = this.#limitOf(accountId);
    const state = storageState(bytes, limitBytes);
    return { bytes, keptBytes, limitBytes, state, oldestGo: this.#oldestGo };
  }

  /**
   * Registers a new recording of an account. Resolves once there is room, if deleting its oldest
   * recordings can make some.
   */
  async begun(id: string, accountId: string): Promise<void> {
    this.#usages.begun(id, accountId);
    if (this.#oldestGo && this.useOf(accountId).state === 'full')
      await this.#makeRoomFor(accountId);
    this.#findFull();
  }

  /** Whether an active recording may continue. */
  hasRoomFor(id: string): boolean {
    const accountId = this.#usages.ownerOf(id);
    if (accountId !== null) this.#wanting.set(accountId, this.clock.nowMs());
    return !this.#isDiskFull && !this.#isSpoolFull && !this.#fullAccounts.has(accountId ?? '');
  }

  /** Adds to the size of an active recording. */
  add(id: string, bytes: number): void {
    this.#usages.grown(id, bytes);
  }

  /** Drops a recording that is finished or deleted from the active ones. */
  forget(id: string): void {
    this.#usages.finished(id);
  }

  /** Whether a clip of this size fits into the account's limit. */
  hasRoomForClip(accountId: string, bytes: number): boolean {
    if (this.#isDiskFull || this.#isSpoolFull) return false;
    const limitBytes = this.#limitOf(accountId);
    return limitBytes === null || this.#usages.of(accountId).bytes + bytes <= limitBytes;
  }

  /** Adds a new clip to an account's usage. */
  addClip(accountId: string, bytes: number): void {
    this.#usages.addClip(accountId, bytes);
  }

  /** Measures usage and free space, and makes room for accounts that record. */
  async look(): Promise<void> {
    const freeBytes = await this.#freeBytes();
    this.#isDiskFull = freeBytes < this.#limits.minFreeBytes;
    const spool = this.files.spool;
    this.#isSpoolFull = spool !== null && spool.bytes >= spool.maxBytes;
    await this.#weigh(freeBytes);
    await this.#makeRoom();
    this.#tellWhoIsNear();
    this.#findFull();
    const { maxBytes } = this.#limits;
    const isAllTaken = maxBytes !== null && this.takenBytes >= maxBytes;
    this.#setFull(this.#isDiskFull || this.#isSpoolFull || isAllTaken);
  }

  /** Whether a limit is configured: a nearly full disk alone deletes nothing. */
  get #oldestGo(): boolean {
    return this.#limits.maxBytes !== null || this.#limits.accountMaxBytes !== null;
  }

  #limitOf(accountId: string): number | null {
    return this.#usages.limitOf(accountId, {
      roomBytes: this.#roomBytes,
      accountBytes: this.#limits.accountMaxBytes,
      accounts: Math.max(this.#owners, this.#usages.count),
    });
  }

  async #freeBytes(): Promise<number> {
    const { bavail, bsize } = await statfs(await this.files.ensureFolder());
    return bavail * bsize;
  }

  async #weigh(freeBytes: number): Promise<void> {
    // Excludes active recordings, so that one that has just finished is not counted twice.
    this.#usages.set(await this.repository.usages(this.#usages.growing));
    this.#owners = await this.repository.owners();
    const { maxBytes, minFreeBytes } = this.#limits;
    const isLocal = this.files.spool === null;
    const diskBytes = isLocal ? Math.max(0, this.takenBytes + freeBytes - minFreeBytes) : null;
    this.#roomBytes = maxBytes ?? diskBytes;
  }

  /** Makes room for accounts that record or want to. */
  async #makeRoom(): Promise<void> {
    const nowMs = this.clock.nowMs();
    for (const [accountId, atMs] of this.#wanting) {
      const { state, oldestGo } = this.useOf(accountId);
      if (state === 'full' && oldestGo) await this.#makeRoomFor(accountId);
      const isWaiting = this.useOf(accountId).state === 'full' && nowMs - atMs < WANTED_MS;
      if (!isWaiting) this.#wanting.delete(accountId);
    }
  }

  /** Deletes an account's oldest recordings, if that makes enough room. */
  async #makeRoomFor(accountId: string): Promise<void> {
    const { bytes, limitBytes } = this.useOf(accountId);
    let over = bytes - (limitBytes ?? Number.POSITIVE_INFINITY);
    const removable = await this.repository.removable(accountId);
    if (removable.reduce((sum, one) => sum + one.bytes, 0) <= over) return;
    for (const one of removable.slice(0, DELETED_MAX)) {
      if (over < 0) break;
      await this.recordings.remove(one.id);
      this.#usages.removed(accountId, one.bytes);
      over -= one.bytes;
      this.#log.info(
        { broadcastId: one.id, accountId, bytes: one.bytes },
        'a recording was deleted: its owner records more than there is room for',
      );
    }
  }

  #findFull(): void {
    const accounts = [...this.#usages.accounts];
    this.#fullAccounts = new Set(accounts.filter((id) => this.useOf(id).state === 'full'));
  }

  /** Logs once when an account comes near its limit, and once when it reaches it. */
  #tellWhoIsNear(): void {
    for (const accountId of this.#usages.accounts) {
      const { bytes, limitBytes, state } = this.useOf(accountId);
      if (state === (this.#told.get(accountId) ?? 'ok')) continue;
      if (state === 'ok') this.#told.delete(accountId);
      else this.#told.set(accountId, state);
      const about = { accountId, bytes, limitBytes: limitBytes && Math.round(limitBytes) };
      if (state === 'near') this.#log.warn(about, 'an account has nearly used up its storage');
      if (state === 'full') this.#log.warn(about, 'an account has used up its storage');
    }
  }

  #setFull(isFull: boolean): void {
    if (isFull === this.#isFull) return;
    this.#isFull = isFull;
    const { takenBytes } = this;
    const about = { takenBytes, isDiskFull: this.#isDiskFull, isSpoolFull: this.#isSpoolFull };
    if (isFull) this.#log.warn(about, 'there is no room for recordings');
    else this.#log.info(about, 'there is room for recordings again');
  }
}
