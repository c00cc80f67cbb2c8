import { Inject, Injectable } from '@nestjs/common';
import { AccessService } from '../../access/access.service.js';
import { CLOCK, type Clock } from '../../common/clock.js';
import { ClipRepository } from '../clips/clip.repository.js';
import { RecordingRepository } from '../recording.repository.js';
import type { VodKind } from './vod-kind.js';
import type { Guarded } from './vod-authorizer.js';

type Known = Readonly<{ guarded: Promise<Guarded | null>; atMs: number }>;

const KNOWN_MAX = 5_000;
/** What is changed elsewhere counts after so long; what this process changes, at once. */
const FRESH_MS = 3_000;

/**
 * Who recordings and clips are for, as it is now: asked at every playlist and segment, before anything is read of what
 * is asked for.
 */
@Injectable()
export class VodGuards {
  /** The longest known first. */
  readonly #known = new Map<string, Known>();

  constructor(
    private readonly recordings: RecordingRepository,
    private readonly clips: ClipRepository,
    access: AccessService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    // A channel has few of them, and seldom changes: all are looked up again.
    access.events.on('changed', () => this.#known.clear());
  }

  /** null: there is no such thing, or it is not finished. */
  find(kind: VodKind, id: string): Promise<Guarded | null> {
    const key = `${kind}/${id}`;
    const nowMs = this.clock.nowMs();
    const known = this.#known.get(key);
    if (known && Math.abs(nowMs - known.atMs) < FRESH_MS) return known.guarded;
    const guarded = this.#read(kind, id);
    this.#known.delete(key);
    this.#known.set(key, { guarded, atMs: nowMs });
    guarded.catch(() => this.forget(kind, id));
    const [oldest] = this.#known.size > KNOWN_MAX ? this.#known.keys() : [];
    if (oldest !== undefined) this.#known.delete(oldest);
    return guarded;
  }

  /** It is another now, or gone. */
  forget(kind: VodKind, id: string): void {
    this.#known.delete(`${kind}/${id}`);
  }

  async #read(kind: VodKind, id: string): Promise<Guarded | null> {
    if (kind === 'clips') return this.clips.find(id);
    const recording = await this.recordings.find(id);
    return recording?.state === 'ready' ? recording : null;
  }
}
