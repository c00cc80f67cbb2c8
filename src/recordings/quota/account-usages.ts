import { storageLimit, type StorageRules } from './storage-limits.js';

type Usage = { bytes: number; keptBytes: number };

/**
 * The storage that each account uses: the size of finished recordings and clips, which is read from
 * the database, plus the size of active recordings.
 */
export class AccountUsages {
  /** Usage by account. Includes only accounts that store something. */
  #stored = new Map<string, Usage>();
  /** The current size of each active recording, by id. */
  readonly #growing = new Map<string, { accountId: string; bytes: number }>();

  /** The ids of the active recordings. */
  get growing(): string[] {
    return [...this.#growing.keys()];
  }

  get accounts(): Iterable<string> {
    return this.#totals().keys();
  }

  get count(): number {
    return this.#totals().size;
  }

  get totalBytes(): number {
    let bytes = 0;
    for (const one of this.#totals().values()) bytes += one;
    return bytes;
  }

  of(accountId: string): Readonly<Usage> {
    const { bytes = 0, keptBytes = 0 } = this.#stored.get(accountId) ?? {};
    let growing = 0;
    for (const one of this.#growing.values()) if (one.accountId === accountId) growing += one.bytes;
    return { bytes: bytes + growing, keptBytes };
  }

  limitOf(accountId: string, rules: StorageRules): number | null {
    return storageLimit(accountId, this.#totals(), rules);
  }

  ownerOf(recordingId: string): string | null {
    return this.#growing.get(recordingId)?.accountId ?? null;
  }

  /** Replaces the stored usages with those read from the database. */
  set(stored: readonly Readonly<{ accountId: string } & Usage>[]): void {
    this.#stored = new Map(stored.map(({ accountId, ...usage }) => [accountId, usage]));
  }

  begin(recordingId: string, accountId: string): void {
    if (!this.#growing.has(recordingId)) this.#growing.set(recordingId, { accountId, bytes: 0 });
  }

  grow(recordingId: string, bytes: number): void {
    const growing = this.#growing.get(recordingId);
    if (growing) growing.bytes += bytes;
  }

  finish(recordingId: string): void {
    const growing = this.#growing.get(recordingId);
    this.#growing.delete(recordingId);
    if (growing) this.#storedOf(growing.accountId).bytes += growing.bytes;
  }

  addClip(accountId: string, bytes: number): void {
    const stored = this.#storedOf(accountId);
    stored.bytes += bytes;
    stored.keptBytes += bytes;
  }

  subtract(accountId: string, bytes: number): void {
    const stored = this.#storedOf(accountId);
    stored.bytes = Math.max(0, stored.bytes - bytes);
  }

  #storedOf(accountId: string): Usage {
    const stored = this.#stored.get(accountId) ?? { bytes: 0, keptBytes: 0 };
    this.#stored.set(accountId, stored);
    return stored;
  }

  /** The total usage by account. */
  #totals(): Map<string, number> {
    const totals = new Map<string, number>();
    for (const [accountId, { bytes }] of this.#stored) totals.set(accountId, bytes);
    for (const { accountId, bytes } of this.#growing.values())
      totals.set(accountId, (totals.get(accountId) ?? 0) + bytes);
    return totals;
  }
}
