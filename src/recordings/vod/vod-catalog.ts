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

/** Something recorded that is finished. */
export type VodEntry = Readonly<{
  /** What its keys in the store begin with. */
  key: string;
  vod: Vod;
  /** How many pictures there are of it, and the file of the one in the middle. */
  previews: Readonly<{ count: number; middle: string | null }>;
}>;

/** So many are in memory, and so many bytes: seven recordings of a day. What was not asked for for longest goes. */
const KEPT_MAX = 500;
const KEPT_BYTES = 64 * 1_048_576;
/** What grows is read again after so long, or after so many times what reading it took. */
const SO_FAR_MS = 2_000;
const SO_FAR_TIMES = 10;

/** What is finished and can be played, read when it is first asked for. */
@Injectable()
export class VodCatalog {
  /** `forgotten`: what is made of it is void. */
  readonly events = new TypedEmitter<{ forgotten: [kind: VodKind, id: string] }>();
  /** In the order of their last use. */
  readonly #entries = new Map<string, VodEntry>();
  /** As many as wait to be read. */
  readonly #reading = new Map<string, Promise<VodEntry | null>>();
  /** As many as are being recorded at most. */
  readonly #soFar = new Map<string, Promise<Vod | null>>();

  constructor(
    private readonly guards: VodGuards,
    private readonly files: RecordingFiles,
    private readonly costly: CostlyReads,
  ) {}

  /**
   * What there is of something that whoever asks may watch: that is for the caller to find out before. null: there is
   * none, or it is not finished.
   * @param client who asks, as limits count them
   * @throws {DomainError} `rate_limited`, `unavailable`: nothing of it is in memory, and it can't be read now
   */
  async find(kind: VodKind, id: string, client: string): Promise<VodEntry | null> {
    const key = `${kind}/${id}`;
    const known = this.known(kind, id);
    if (known) return known;
    if ((await this.guards.find(kind, id)) === null) return null;
    return this.#reading.get(key) ?? this.#begin(key, kind === 'recordings' ? id : key, client);
  }

  /** The same, if it is in memory. */
  known(kind: VodKind, id: string): VodEntry | null {
    const key = `${kind}/${id}`;
    const entry = this.#entries.get(key);
    if (!entry) return null;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry;
  }

  /**
   * What is there of one that is being recorded, as it was {@link SO_FAR_MS} ago at most, or longer where there is
   * much of it: everybody who watches may ask.
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

  /** It is another now, or gone. */
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
      // Forgotten meanwhile: what was read is not to stay.
      if (this.#reading.get(name) !== reading) return;
      this.#reading.delete(name);
      if (entry) this.#remember(name, entry);
    };
    reading.then(settle, () => settle(null));
    return reading;
  }

  /** Lets others go when it is large. */
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
