import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { BUS, type Bus } from '../../cluster/bus.js';
import { shared } from '../../cluster/shared.js';
import { CLOCK, type Clock } from '../../common/clock.js';
import { DomainError } from '../../common/domain-error.js';
import type { Turns } from '../../common/turns.js';
import { TypedEmitter } from '../../common/typed-emitter.js';
import { bytesOf } from '../journal/recorded.js';
import { SEGMENT_BYTES } from '../journal/segment-table.js';
import { RecordingFiles } from '../recording-files.js';
import { CostlyReads } from './costly-reads.js';
import { previewsOf } from './previews.js';
import { VodGuards } from './vod-guards.js';
import type { VodKind } from './vod-kind.js';
import { type Vod, vodOf } from './vod.js';

/** A finished recording or clip. */
export type VodEntry = Readonly<{
  /** The prefix of the entry's keys in the store. */
  key: string;
  /** The size of all its files. */
  bytes: number;
  vod: Vod;
  /** The number of preview images, and the file of the middle one. */
  previews: Readonly<{ count: number; middle: string | null }>;
}>;

/**
 * The limits of the cache in entries and bytes, which are enough for seven one-day recordings. The
 * least recently used entry is evicted.
 */
const KEPT_MAX = 500;
const KEPT_BYTES = 64 * 1_048_576;
/**
 * An active recording is read again after this time or after a multiple of the time that the last
 * read took, whichever is longer.
 */
const SO_FAR_MS = 2_000;
const SO_FAR_TIMES = 10;

/**
 * How long to wait for another node to upload the rest of a recording that was found incomplete.
 */
const UPLOADED_WITHIN_MS = 60_000;
const RETRY_MS = 2_000;

/** What to read: the entry's name, the prefix of its keys, and the size of its files. */
type Place = Readonly<{ name: string; key: string; bytes: number }>;

const Forgotten = z.object({ kind: z.enum(['recordings', 'clips']), id: z.string() });

/** Caches finished recordings and clips. Each is read when it is first requested. */
@Injectable()
export class VodCatalog {
  readonly #emitter = new TypedEmitter<{ forgotten: [kind: VodKind, id: string] }>();
  /** `forgotten`: anything derived from the entry is invalid. */
  readonly events = this.#emitter.listenable;
  /** Least recently used first. */
  readonly #entries = new Map<string, VodEntry>();
  /** Reads in progress, bounded by the queue. */
  readonly #reading = new Map<string, Promise<VodEntry | null>>();
  /** When an entry was first found incomplete; the oldest is forgotten first. */
  readonly #incomplete = new Map<string, number>();
  /** Active recordings; at most one entry for each. */
  readonly #soFar = new Map<string, Promise<Vod | null>>();
  readonly #forget: (what: z.output<typeof Forgotten>) => void;

  constructor(
    private readonly guards: VodGuards,
    private readonly files: RecordingFiles,
    private readonly costly: CostlyReads,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(BUS) bus: Bus,
  ) {
    this.#forget = shared(bus, 'vod-forgotten', {
      schema: Forgotten,
      apply: ({ kind, id }) => this.#forgetHere(kind, id),
    });
    // Messages from other nodes may have been lost, so all entries are read again. The guards
    // reject requests for deleted ones.
    bus.onGap(() => this.#entries.clear());
  }

  /**
   * Returns an entry; null if it does not exist or is not finished. The caller checks access first.
   * @param client the caller's key for rate limits
   * @throws {DomainError} `rate_limited`, `unavailable` if the entry isn't in memory and can't be
   *   read now
   */
  async find(kind: VodKind, id: string, client: string): Promise<VodEntry | null> {
    const key = `${kind}/${id}`;
    // When another node has uploaded its part, it finishes the recording again.
    const guarded = this.files.isNode ? await this.guards.find(kind, id) : null;
    const known = this.known(kind, id);
    if (known && (guarded === null || known.bytes === guarded.bytes)) return known;
    const { bytes } = guarded ?? (await this.guards.find(kind, id)) ?? { bytes: null };
    if (bytes === null) return null;
    const place = { name: key, key: kind === 'recordings' ? id : key, bytes };
    return this.#reading.get(key) ?? this.#begin(place, client);
  }

  /** Returns an entry that is in memory. */
  known(kind: VodKind, id: string): VodEntry | null {
    const key = `${kind}/${id}`;
    const entry = this.#entries.get(key);
    if (!entry) return null;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry;
  }

  /**
   * Returns an active recording. The result may be {@link SO_FAR_MS} old, or older for a large
   * recording. It is shared between callers, because every viewer may request it.
   */
  soFar(id: string): Promise<Vod | null> {
    const known = this.#soFar.get(id);
    if (known) return known;
    let usedMs = 0;
    const vod = this.costly.run(null, async (turns) => {
      const read = await vodOf(await this.files.journals.read(id, turns), turns);
      ({ usedMs } = turns);
      return read;
    });
    this.#soFar.set(id, vod);
    const forget = (): void => void this.#soFar.delete(id);
    vod.then(() => setTimeout(forget, Math.max(SO_FAR_MS, usedMs * SO_FAR_TIMES)).unref(), forget);
    return vod;
  }

  /** Invalidates an entry that was changed or deleted, on all nodes. */
  forget(kind: VodKind, id: string): void {
    this.#forget({ kind, id });
  }

  #forgetHere(kind: VodKind, id: string): void {
    this.guards.forget(kind, id);
    this.#entries.delete(`${kind}/${id}`);
    this.#reading.delete(`${kind}/${id}`);
    this.#emitter.emit('forgotten', kind, id);
  }

  #begin(place: Place, client: string): Promise<VodEntry | null> {
    const { name } = place;
    const reading = this.costly.run(client, (turns) => this.#read(place, turns));
    this.#reading.set(name, reading);
    const settle = (entry: VodEntry | null): void => {
      // The entry was invalidated in the meantime, so the result is not cached.
      if (this.#reading.get(name) !== reading) return;
      this.#reading.delete(name);
      if (entry && entry.bytes >= place.bytes) this.#remember(name, entry);
    };
    reading.then(settle, () => settle(null));
    return reading;
  }

  /** Caches an entry, and evicts others if it is large. */
  #remember(name: string, entry: VodEntry): void {
    this.#entries.set(name, entry);
    let bytes = 0;
    for (const { vod } of this.#entries.values()) bytes += weightOf(vod);
    for (const [oldest, { vod }] of this.#entries) {
      if (oldest === name || (bytes <= KEPT_BYTES && this.#entries.size <= KEPT_MAX)) return;
      this.#entries.delete(oldest);
      bytes -= weightOf(vod);
    }
  }

  async #read({ name, key, bytes }: Place, turns: Turns): Promise<VodEntry | null> {
    const { journals } = this.files;
    let runs = await journals.read(key, turns);
    if (runs.length === 0 || bytesOf(runs) < bytes) {
      await this.files.restore(key);
      runs = await journals.read(key, turns);
      this.assertUploaded(name, bytesOf(runs) >= bytes);
    }
    const vod = await vodOf(runs, turns);
    if (!vod) return null;
    const previews = await previewsOf(vod, await journals.pictures(key, turns), turns);
    const middle = previews[Math.floor(previews.length / 2)]?.file ?? null;
    return { key, bytes: bytesOf(runs), vod, previews: { count: previews.length, middle } };
  }

  /**
   * Refuses a recording that another node is still uploading. After a while, the available part is
   * played, because the rest may be lost with that node.
   * @throws {DomainError} `unavailable`
   */
  assertUploaded(name: string, isComplete: boolean): void {
    if (isComplete || !this.files.isNode) return void this.#incomplete.delete(name);
    const nowMs = this.clock.nowMs();
    const sinceMs = this.#incomplete.get(name) ?? nowMs;
    this.#incomplete.set(name, sinceMs);
    const [oldest] = this.#incomplete.size > KEPT_MAX ? this.#incomplete.keys() : [];
    if (oldest !== undefined) this.#incomplete.delete(oldest);
    if (nowMs - sinceMs < UPLOADED_WITHIN_MS)
      throw new DomainError(
        'unavailable',
        'This recording is still being uploaded. Try again in a moment.',
        { retryAfterMs: RETRY_MS },
      );
  }
}

const weightOf = ({ renditions }: Vod): number =>
  renditions.reduce((sum, { segments }) => sum + segments.length * SEGMENT_BYTES, 0);
