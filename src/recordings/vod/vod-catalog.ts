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

/** So many are in memory; the one that was not asked for for longest goes. */
const KEPT_MAX = 100;

/** What is finished and can be played, read when it is first asked for. */
@Injectable()
export class VodCatalog {
  readonly #recordings: RecordingRepository;
  readonly #clips: ClipRepository;
  readonly #files: RecordingFiles;
  /** In the order of their last use. */
  readonly #entries = new Map<string, Promise<VodEntry | null>>();

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
    if (oldest !== undefined) this.#entries.delete(oldest);
    // What isn't there may come, and what failed may work.
    const forget = (): void => this.forget(kind, id);
    entry.then((found) => found ?? forget(), forget);
    return entry;
  }

  /** It is another now, or gone. */
  forget(kind: VodKind, id: string): void {
    this.#entries.delete(`${kind}/${id}`);
  }

  async #read(kind: VodKind, id: string): Promise<VodEntry | null> {
    const guarded = await this.#guardedOf(kind, id);
    if (!guarded) return null;
    const key = kind === 'recordings' ? id : `clips/${id}`;
    const { journals } = this.#files;
    const vod = vodOf(await journals.read(key));
    if (!vod) return null;
    return { ...guarded, key, vod, pictures: await journals.pictures(key) };
  }

  async #guardedOf(kind: VodKind, id: string): Promise<Guarded | null> {
    if (kind === 'clips') return this.#clips.find(id);
    const recording = await this.#recordings.find(id);
    return recording?.state === 'ready' ? recording : null;
  }
}
