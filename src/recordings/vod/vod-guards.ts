import { Inject, Injectable } from '@nestjs/common';
import { AccessService } from '../../access/access.service.js';
import { CLOCK, type Clock } from '../../common/clock.js';
import { ClipRepository } from '../clips/clip.repository.js';
import { RecordingRepository } from '../recording.repository.js';
import type { VodKind } from './vod-kind.js';
import type { Guarded } from './vod-authorizer.js';

/** A finished recording or clip, and the total size of its files. */
export type GuardedVod = Guarded & Readonly<{ bytes: number }>;

type Known = Readonly<{ guarded: Promise<GuardedVod | null>; atMs: number }>;

const KNOWN_MAX = 5_000;
/**
 * Changes made by another process take effect within this time; changes made by this process take
 * effect immediately.
 */
const FRESH_MS = 3_000;

/**
 * Provides the current audience of recordings and clips, which is checked before any playlist or
 * segment is read.
 */
@Injectable()
export class VodGuards {
  /** Oldest first. */
  readonly #known = new Map<string, Known>();

  constructor(
    private readonly recordings: RecordingRepository,
    private readonly clips: ClipRepository,
    access: AccessService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    // Access changes rarely, so everything is read again.
    access.events.on('changed', () => this.#known.clear());
  }

  /** Returns null if the recording or clip doesn't exist or isn't finished. */
  find(kind: VodKind, id: string): Promise<GuardedVod | null> {
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

  /** Invalidates a recording or clip that was changed or deleted. */
  forget(kind: VodKind, id: string): void {
    this.#known.delete(`${kind}/${id}`);
  }

  async #read(kind: VodKind, id: string): Promise<GuardedVod | null> {
    if (kind === 'clips') return this.clips.find(id);
    const recording = await this.recordings.find(id);
    return recording?.state === 'ready' ? recording : null;
  }
}
