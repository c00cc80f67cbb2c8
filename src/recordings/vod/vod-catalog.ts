import { Injectable } from '@nestjs/common';
import type { Turns } from '../../common/turns.js';
import { TypedEmitter } from '../../common/typed-emitter.js';
import { SEGMENT_BYTES } from '../journal/segment-table.js';
import { RecordingFiles } from '../recording-files.js';
import { CostlyReads } from './costly-reads.js';
import { previewsOf } from './previews.js';
import { VodGuards } from './vod-guards.js';
import type { VodKind } from './vod-kind.js';
import { type Vod, vodOf } from './vod.js';

/** A finished recording or clip. */
export type VodEntry = Readonly<{
  /** The prefix of its keys in the store. */
  key: string;
  vod: Vod;
  /** The number of preview pictures, and the file of the middle one. */
  previews: Readonly<{ count: number; middle: string | null }>;
}>;

/**
 * Cache limits, in entries and bytes: seven recordings of a day. The least recently used entry is
 * evicted.
 */
const KEPT_MAX = 500;
const KEPT_BYTES = 64 * 1_048_576;
/**
 * An active recording is read again after this time, or after a multiple of the time that reading
 * took.
 */
const SO_FAR_MS = 2_000;
const SO_FAR_TIMES = 10;

/**
 * Caches the finished recordings and clips that can be played; each is read on its first request.
 */
@Injectable()
export class VodCatalog {
  /** `forgotten`: anything derived from the entry is invalid. */
  readonly events = new TypedEmitter<{ forgotten: [kind: VodKind, id: string] }>();
  /** Least recently used first. */
  readonly #entries = new Map<string, VodEntry>();
  /** Reads in progress, bounded by the queue. */
  readonly #reading = new Map<string, Promise<VodEntry | null>>();
  /** At most one for each active recording. */
  readonly #soFar = new Map<string, Promise<Vod | null>>();

  constructor(
    private readonly guards: VodGuards,
    private readonly files: RecordingFiles,
    private readonly costly: CostlyReads,
  ) {}

  /**
   * Returns an entry; null if it does not exist or is not finished. The caller checks access first.
   * @param client the caller's key for rate limits
   * @throws {DomainError} `rate_limited`, `unavailable`: it is not in memory, and cannot be read
   *   now
   */
  async find(kind: VodKind, id: string, client: string): Promise<VodEntry | null> {
    const key = `${kind}/${id}`;
    const known = this.known(kind, id);
    if (known) return known;
    if ((await this.guards.find(kind, id)) === null) return null;
    return this.#reading.get(key) ?? this.#begin(key, kind === 'recordings' ? id : key, client);
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
   * Returns an active recording as it was up to {@link SO_FAR_MS} ago, or longer for a large one,
   * because every viewer may ask.
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

  /** Invalidates an entry that was changed or deleted. */
  forget(kind: VodKind, id: string): void {
    this.guards.forget(kind, id);
    this.#entries.delete(`${kind}/${id}`);
    this.#reading.delete(`${kind}/${id}`);
    this.events.emit('forgotten', kind, id);
  }

  #begin(name: string, key: string, client: string): Promise<VodEntry | null> {
    const reading = this.costly.run(client, (turns) => this.#read(key, turns));
    this.#reading.set(name, reading);
    const settle = (entry: VodEntry | null): void => {
      // It was invalidated meanwhile: do not cache the result.
      if (this.#reading.get(name) !== reading) return;
      this.#reading.delete(name);
      if (entry) this.#remember(name, entry);
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

  async #read(key: string, turns: Turns): Promise<VodEntry | null> {
    const { journals } = this.files;
    let vod = await vodOf(await journals.read(key, turns), turns);
    if (!vod) {
      await this.files.restore(key);
      vod = await vodOf(await journals.read(key, turns), turns);
    }
    if (!vod) return null;
    const previews = await previewsOf(vod, await journals.pictures(key, turns), turns);
    const middle = previews[Math.floor(previews.length / 2)]?.file ?? null;
    return { key, vod, previews: { count: previews.length, middle } };
  }
}

const weightOf = ({ renditions }: Vod): number =>
  renditions.reduce((sum, { segments }) => sum + segments.length * SEGMENT_BYTES, 0);
