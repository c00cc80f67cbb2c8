import { Injectable } from '@nestjs/common';
import type { KeptPicture } from '../journal/journals.js';
import { ClipRepository } from '../clips/clip.repository.js';
import { RecordingFiles } from '../recording-files.js';
import { RecordingRepository } from '../recording.repository.js';
import type { Guarded } from './vod-door.js';
import { type Vod, vodOf } from './vod.js';

/** What can be played under /hls: a recording, or a clip of one. */
export type VodKind = 'recordings' | 'clips';

/** Something recorded that is finished. */
export type VodEntry = Guarded &
  Readonly<{
    /** What its keys in the store begin with. */
    key: string;
    vod: Vod;
    pictures: readonly KeptPicture[];
  }>;

/** So many are in memory, and so many segments (some 200 bytes each); what was not asked for for longest goes. */
const KEPT_MAX = 100;
const SEGMENTS_MAX = 200_000;
/** What grows is read again after so long. */
const SO_FAR_MS = 2_000;

/** What is finished and can be played, read when it is first asked for. */
@Injectable()
export class VodCatalog {
  readonly #recordings: RecordingRepository;
  readonly #clips: ClipRepository;
  readonly #files: RecordingFiles;
  /** In the order of their last use. */
  readonly #entries = new Map<string, Promise<VodEntry | null>>();
  /** Segments of those that are read. */
  readonly #weights = new Map<string, number>();
  /** As many as are being recorded at most. */
  readonly #soFar = new Map<string, Promise<Vod | null>>();

  constructor(recordings: RecordingRepository, clips: ClipRepository, files: RecordingFiles) {
    this.#recordings = recordings;
    this.#clips = clips;
    this.#files = files;
  }

  /** null: there is none, or it is not finished. */
  find(kind: VodKind, id: string): Promise<VodEntry | null> {
    const key = `${kind}/${id}`;
    const entry = this.#entries.get(key) ?? this.#read(kind, id);
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    const [oldest] = this.#entries.size > KEPT_MAX ? this.#entries.keys() : [];
    if (oldest !== undefined) this.#remove(oldest);
    // What isn't there may come, and what failed may work.
    const forget = (): void => this.forget(kind, id);
    entry.then((found) => (found ? this.#weigh(key, found) : forget()), forget);
    return entry;
  }

  /**
   * What is there of one that is being recorded, as it was {@link SO_FAR_MS} ago at most: everybody who watches may
   * ask.
   */
  soFar(id: string): Promise<Vod | null> {
    const known = this.#soFar.get(id);
    if (known) return known;
    const vod = this.#files.journals.read(id).then(vodOf);
    this.#soFar.set(id, vod);
    setTimeout(() => this.#soFar.delete(id), SO_FAR_MS).unref();
    return vod;
  }

  /** It is another now, or gone. */
  forget(kind: VodKind, id: string): void {
    this.#remove(`${kind}/${id}`);
  }

  #remove(key: string): void {
    this.#entries.delete(key);
    this.#weights.delete(key);
  }

  /** Lets others go when it is large. */
  #weigh(key: string, { vod }: VodEntry): void {
    if (!this.#entries.has(key)) return;
    const segments = vod.renditions.reduce((sum, one) => sum + one.segments.length, 0);
    this.#weights.set(key, segments);
    let all = [...this.#weights.values()].reduce((sum, weight) => sum + weight, 0);
    for (const other of this.#entries.keys()) {
      if (all <= SEGMENTS_MAX) return;
      if (other === key) continue;
      all -= this.#weights.get(other) ?? 0;
      this.#remove(other);
    }
  }

  async #read(kind: VodKind, id: string): Promise<VodEntry | null> {
    const guarded = await this.#guardedOf(kind, id);
    if (!guarded) return null;
    const key = kind === 'recordings' ? id : `clips/${id}`;
    const { journals } = this.#files;
    let vod = vodOf(await journals.read(key));
    if (!vod) {
      await this.#files.restore(key);
      vod = vodOf(await journals.read(key));
    }
    if (!vod) return null;
    return { ...guarded, key, vod, pictures: await journals.pictures(key) };
  }

  async #guardedOf(kind: VodKind, id: string): Promise<Guarded | null> {
    if (kind === 'clips') return this.#clips.find(id);
    const recording = await this.#recordings.find(id);
    return recording?.state === 'ready' ? recording : null;
  }
}
