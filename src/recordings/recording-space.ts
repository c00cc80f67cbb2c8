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
import { Jobs } from '../db/jobs.js';
import { AccountUsages } from './quota/account-usages.js';
import { type StorageState, storageState } from './quota/storage-limits.js';
import { RecordingFiles } from './recording-files.js';
import { RecordingRepository } from './recording.repository.js';
import { RecordingService } from './recording.service.js';

/** The interval between checks. */
const EVERY_MS = 15_000;
/** The maximum number of recordings deleted per check. */
const DELETED_MAX = 20;
/** How long an account whose broadcast was not recorded counts as waiting for space. */
const WAITING_MS = 600_000;

/** An account's storage use and storage limit. */
export type StorageUse = Readonly<{
  bytes: number;
  /** The part of the use that is never deleted automatically. */
  keptBytes: number;
  /** The limit; null if unlimited. */
  limitBytes: number | null;
  state: StorageState;
  /**
   * Whether the account's oldest recordings are deleted when the limit is reached; otherwise
   * recording stops.
   */
  oldestGo: boolean;
}>;

/**
 * Enforces the storage limits of recordings: the total, each account's share, and the free disk
 * space that the database and live playback need. When an account records beyond its limit, its
 * oldest recordings are deleted, except those marked to be kept. If that isn't enough, if the disk
 * is nearly full, or if too much is waiting for upload, the account's broadcasts aren't recorded
 * until there is space. Between two checks, recordings may exceed their limits.
 */
@Injectable()
export class RecordingSpace implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #limits: Config['recordings'];
  readonly #log: Log;
  readonly #usages = new AccountUsages();
  /** The time at which each account last recorded or tried to. */
  readonly #waiting = new Map<string, number>();
  /** The state last logged for each account near its limit. */
  readonly #logged = new Map<string, StorageState>();
  /** Accounts over their limit, whose broadcasts are not recorded. */
  #fullAccounts: ReadonlySet<string> = new Set();
  #roomBytes: number | null = null;
  #owners = 0;
  #isDiskFull = false;
  #isSpoolFull = false;
  #isFull = false;
  #timer: NodeJS.Timeout | undefined;

  // oxlint-disable-next-line max-params -- injected by Nest
  constructor(
    private readonly repository: RecordingRepository,
    private readonly recordings: RecordingService,
    private readonly files: RecordingFiles,
    private readonly jobs: Jobs,
    @Inject(CONFIG) config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) log: Log,
  ) {
    this.#limits = config.recordings;
    this.#log = log.child({ part: 'recordings' });
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.check();
    this.#timer = setInterval(() => {
      this.check().catch((err: unknown) =>
        this.#log.warn({ err }, 'the size of recordings could not be determined'),
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

  /** Messages about current problems with storing recordings; empty if there are none. */
  get problems(): string[] {
    const spool = this.files.spool;
    const full = this.#fullAccounts.size;
    return [
      ...(this.#isFull ? ['no space is left for recordings: nothing is being recorded'] : []),
      ...(full > 0 && !this.#isFull
        ? [`${full} ${full === 1 ? 'account has' : 'accounts have'} no space left for recordings`]
        : []),
      ...(spool?.isUp === false
        ? [
            `the bucket is unreachable: ${Math.round(spool.bytes / 1_000_000)} MB of recordings are waiting`,
          ]
        : []),
    ];
  }

  /** Returns an account's storage use and storage limit. */
  useOf(accountId: string): StorageUse {
    const { bytes, keptBytes } = this.#usages.of(accountId);
    const limitBytes = this.#limitOf(accountId);
    const state = storageState(bytes, limitBytes);
    return { bytes, keptBytes, limitBytes, state, oldestGo: this.#deletesOldest };
  }

  /**
   * Registers an account's new recording. First deletes the account's oldest recordings, if that
   * makes enough space.
   */
  async begin(id: string, accountId: string): Promise<void> {
    this.#usages.begin(id, accountId);
    if (this.#deletesOldest && this.useOf(accountId).state === 'full')
      await this.#makeRoomFor(accountId);
    this.#findFull();
  }

  /** Whether an active recording may continue. */
  hasRoomFor(id: string): boolean {
    const accountId = this.#usages.ownerOf(id);
    if (accountId !== null) this.#waiting.set(accountId, this.clock.nowMs());
    return !this.#isDiskFull && !this.#isSpoolFull && !this.#fullAccounts.has(accountId ?? '');
  }

  /** Adds to the size of an active recording. */
  add(id: string, bytes: number): void {
    this.#usages.grow(id, bytes);
  }

  /** Removes a finished or deleted recording from the list of active recordings. */
  forget(id: string): void {
    this.#usages.finish(id);
  }

  /** Whether a clip of this size fits within the account's limit. */
  hasRoomForClip(accountId: string, bytes: number): boolean {
    if (this.#isDiskFull || this.#isSpoolFull) return false;
    const limitBytes = this.#limitOf(accountId);
    return limitBytes === null || this.#usages.of(accountId).bytes + bytes <= limitBytes;
  }

  /** Adds a new clip to an account's usage. */
  addClip(accountId: string, bytes: number): void {
    this.#usages.addClip(accountId, bytes);
  }

  /** Measures usage and free space, and makes space for accounts that record. */
  async check(): Promise<void> {
    const freeBytes = await this.#freeBytes();
    this.#isDiskFull = freeBytes < this.#limits.minFreeBytes;
    const spool = this.files.spool;
    this.#isSpoolFull = spool !== null && spool.bytes >= spool.maxBytes;
    await this.#weigh(freeBytes);
    await this.#makeRoom();
    this.#logUsages();
    this.#findFull();
    const { maxBytes } = this.#limits;
    const isAllTaken = maxBytes !== null && this.takenBytes >= maxBytes;
    this.#setFull(this.#isDiskFull || this.#isSpoolFull || isAllTaken);
  }

  /**
   * Whether a limit is configured. If the disk is nearly full but there is no limit, nothing is
   * deleted.
   */
  get #deletesOldest(): boolean {
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
    // Recordings that are still counted in memory are excluded; otherwise, one that has just
    // finished would be counted twice.
    this.#usages.set(await this.repository.usages(this.#usages.growing));
    this.#owners = await this.repository.owners();
    const { maxBytes, minFreeBytes } = this.#limits;
    const isLocal = this.files.spool === null;
    const diskBytes = isLocal ? Math.max(0, this.takenBytes + freeBytes - minFreeBytes) : null;
    this.#roomBytes = maxBytes ?? diskBytes;
  }

  /** Makes space for accounts that are recording or waiting to record. */
  async #makeRoom(): Promise<void> {
    const nowMs = this.clock.nowMs();
    for (const [accountId, atMs] of this.#waiting) {
      const { state, oldestGo } = this.useOf(accountId);
      if (state === 'full' && oldestGo) await this.#makeRoomFor(accountId);
      const isWaiting = this.useOf(accountId).state === 'full' && nowMs - atMs < WAITING_MS;
      if (!isWaiting) this.#waiting.delete(accountId);
    }
  }

  /**
   * Deletes an account's oldest recordings, if that makes enough space. If the account records on
   * several nodes, only one of them does this between two checks; the others see the result at
   * their next check.
   */
  async #makeRoomFor(accountId: string): Promise<void> {
    if (!(await this.jobs.claim(`recording-room ${accountId}`, EVERY_MS))) return;
    const { bytes, limitBytes } = this.useOf(accountId);
    let over = bytes - (limitBytes ?? Number.POSITIVE_INFINITY);
    const removable = await this.repository.removable(accountId);
    if (removable.reduce((sum, one) => sum + one.bytes, 0) <= over) return;
    for (const one of removable.slice(0, DELETED_MAX)) {
      if (over < 0) break;
      await this.recordings.remove(one.id);
      this.#usages.subtract(accountId, one.bytes);
      over -= one.bytes;
      this.#log.info(
        { broadcastId: one.id, accountId, bytes: one.bytes },
        'a recording was deleted to make space for its owner’s newer recordings',
      );
    }
  }

  #findFull(): void {
    const accounts = [...this.#usages.accounts];
    this.#fullAccounts = new Set(accounts.filter((id) => this.useOf(id).state === 'full'));
  }

  /**
   * Logs once when an account has nearly reached its limit, and once when it has reached the limit.
   */
  #logUsages(): void {
    for (const accountId of this.#usages.accounts) {
      const { bytes, limitBytes, state } = this.useOf(accountId);
      if (state === (this.#logged.get(accountId) ?? 'ok')) continue;
      if (state === 'ok') this.#logged.delete(accountId);
      else this.#logged.set(accountId, state);
      const about = { accountId, bytes, limitBytes: limitBytes && Math.round(limitBytes) };
      if (state === 'near')
        this.#log.warn(about, 'an account has nearly reached its storage limit');
      if (state === 'full') this.#log.warn(about, 'an account has reached its storage limit');
    }
  }

  #setFull(isFull: boolean): void {
    if (isFull === this.#isFull) return;
    this.#isFull = isFull;
    const { takenBytes } = this;
    const about = { takenBytes, isDiskFull: this.#isDiskFull, isSpoolFull: this.#isSpoolFull };
    if (isFull) this.#log.warn(about, 'no space is left for recordings');
    else this.#log.info(about, 'there is space for recordings again');
  }
}
