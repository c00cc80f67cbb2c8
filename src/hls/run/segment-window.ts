import type { Clock } from '../../common/clock.js';
import type { BroadcastFiles } from './broadcast-files.js';
import type { Segment } from './segment.js';

type Options = Readonly<{
  /** The folder of the rendition's files. */
  folder: string;
  files: BroadcastFiles;
  clock: Clock;
  /** The length of the rewind window. */
  rewindMs: number;
  targetDurationS: number;
  /** Called with each change in memory use, in bytes. */
  onMemory: (bytes: number) => void;
  /** Called when a segment has been stored, or was added without media. */
  onSettled: (segment: Segment) => void;
}>;

/**
 * The number of newest segments that are served from memory even if they are stored on disk,
 * because most viewers watch them.
 */
const IN_MEMORY_MIN = 3;
/** RFC 8216bis 6.2.2: a running playlist spans at least three target durations. */
const LISTED_MIN_TARGETS = 3;
/**
 * RFC 8216bis 6.2.2: a part leaves the playlist when it is at least three target durations from the
 * end, and remains available for another three. Two more allow for segments that are longer than
 * usual.
 */
const PARTS_TARGETS = 8;
/** How long a segment whose write failed stays in memory while the write is retried. */
const UNWRITTEN_TARGETS = 6;
/**
 * How long a segment remains available after it leaves the playlist, because a player may have read
 * an older version of the playlist.
 */
const GRACE_MS = 30_000;

/**
 * The finished segments of one rendition, numbered without gaps. They are stored first in memory,
 * then on disk, until they leave the rewind window.
 */
export class SegmentWindow {
  readonly #options: Options;
  /** Oldest first. */
  readonly #segments: Segment[] = [];
  /** The segments whose bytes are in memory, oldest first. */
  #inMemory: Segment[] = [];
  readonly #writing = new Set<Segment>();
  readonly #failed = new WeakSet<Segment>();
  #listedFromMsn = 0;
  #partsFromMsn = 0;
  #discontinuitySequence = 0;
  #isGrowing = true;
  #closed = false;

  constructor(options: Options) {
    this.#options = options;
  }

  /** The segments in the playlist, oldest first. */
  get listed(): readonly Segment[] {
    return this.#segments.slice(this.#indexOf(this.#listedFromMsn));
  }

  get last(): Segment | null {
    return this.#segments.at(-1) ?? null;
  }

  /** The number of the oldest available segment. */
  get firstMsn(): number | null {
    return this.#segments[0]?.msn ?? null;
  }

  /** The number of the oldest segment in memory. */
  get firstInMemoryMsn(): number | null {
    return this.#inMemory[0]?.msn ?? null;
  }

  /** The initialization section of the oldest available segment. */
  get oldestInit(): number | null {
    return this.#segments[0]?.init ?? null;
  }

  /** The number of discontinuities that left the playlist (RFC 8216bis 6.2.2). */
  get discontinuitySequence(): number {
    return this.#discontinuitySequence;
  }

  /** Returns the newest segments, oldest first. */
  newest(count: number): readonly Segment[] {
    return this.#segments.slice(-count);
  }

  /** Returns a segment if it is still available, even if it has left the playlist. */
  find(msn: number): Segment | null {
    return this.#segments[this.#indexOf(msn)] ?? null;
  }

  /** Adds the next segment. Its bytes are already included in the memory use. */
  add(segment: Segment): void {
    if (this.#segments.length === 0) {
      this.#listedFromMsn = segment.msn;
      this.#partsFromMsn = segment.msn;
    }
    this.#segments.push(segment);
    if (segment.inMemory) this.#inMemory.push(segment);
    else this.#options.onSettled(segment);
    this.#expire();
    this.#write();
    this.#settle();
  }

  /** Frees the memory of the oldest segment in memory; returns false if no segment is in memory. */
  releaseOldest(): boolean {
    const [oldest] = this.#inMemory;
    if (!oldest) return false;
    if (oldest.state === 'stored') this.#release(oldest);
    else this.dropThrough(oldest.msn);
    return true;
  }

  /** Whether a segment can be dropped: it exists only on disk, or not at all. */
  canDrop(msn: number): boolean {
    const { last } = this;
    if (!last) return true;
    const firstInMemory = this.#inMemory[0]?.msn ?? last.msn + (this.#isGrowing ? 0 : 1);
    return msn < firstInMemory;
  }

  /** Drops all segments up to and including this number. */
  dropThrough(msn: number): void {
    while (this.#segments[0] && this.#segments[0].msn <= msn) {
      const segment = this.#segments[0];
      if (segment.msn >= this.#listedFromMsn) this.#unlist(segment);
      this.#segments.shift();
      this.#release(segment);
      segment.setStored(false);
      this.#options.files.remove(this.pathOf(segment));
    }
  }

  /** Marks the window as complete: no segment has to stay in memory anymore. */
  rest(): void {
    this.#isGrowing = false;
    this.#settle();
  }

  /** Frees the memory. The owner removes the files. */
  close(): void {
    this.#closed = true;
    for (const segment of this.#inMemory) this.#options.onMemory(-segment.release());
    this.#inMemory = [];
    this.#segments.length = 0;
  }

  pathOf({ msn }: Segment): string {
    return `${this.#options.folder}/${msn}.m4s`;
  }

  #indexOf(msn: number): number {
    const index = msn - (this.#segments[0]?.msn ?? 0);
    return index >= 0 ? index : this.#segments.length;
  }

  #expire(): void {
    const { rewindMs, targetDurationS, clock } = this.#options;
    const oldestMs = clock.nowMs() - rewindMs;
    let listedS = this.listed.reduce((sum, { durationS }) => sum + durationS, 0);
    for (const segment of this.listed) {
      listedS -= segment.durationS;
      if (segment.endMs >= oldestMs || listedS < LISTED_MIN_TARGETS * targetDurationS) break;
      this.#unlist(segment);
    }
    const expired = this.#segments.findLast(
      ({ msn, endMs }) => msn < this.#listedFromMsn && endMs < oldestMs - GRACE_MS,
    );
    if (expired) this.dropThrough(expired.msn);
    this.#forgetParts();
  }

  #unlist(segment: Segment): void {
    this.#listedFromMsn = segment.msn + 1;
    if (segment.discontinuity) this.#discontinuitySequence += 1;
  }

  #forgetParts(): void {
    const untilMs = (this.last?.endMs ?? 0) - PARTS_TARGETS * this.#options.targetDurationS * 1_000;
    this.#partsFromMsn = Math.max(this.#partsFromMsn, this.firstMsn ?? 0);
    for (;;) {
      const segment = this.find(this.#partsFromMsn);
      if (!segment || segment.endMs >= untilMs) return;
      segment.forgetParts();
      this.#partsFromMsn += 1;
    }
  }

  /** Writes segments that are not stored yet, and retries failed ones. */
  #write(): void {
    for (const segment of this.#inMemory)
      if (segment.state !== 'stored' && !this.#writing.has(segment)) void this.#writeOne(segment);
  }

  async #writeOne(segment: Segment): Promise<void> {
    const path = this.pathOf(segment);
    this.#writing.add(segment);
    const { files } = this.#options;
    const stored = await files.write(path, segment.byteLength, () => segment.bytes());
    this.#writing.delete(segment);
    if (this.#closed || this.find(segment.msn) !== segment) return;
    segment.setStored(stored);
    if (stored) this.#options.onSettled(segment);
    else this.#failed.add(segment);
    this.#settle();
  }

  /** Evicts the segments that need not stay in memory. */
  #settle(): void {
    const { targetDurationS } = this.#options;
    const tooOldMs = (this.last?.endMs ?? 0) - UNWRITTEN_TARGETS * targetDurationS * 1_000;
    const keep = this.#isGrowing ? IN_MEMORY_MIN : 0;
    for (const segment of this.#inMemory.slice(0, Math.max(0, this.#inMemory.length - keep)))
      if (segment.state === 'stored') this.#release(segment);
      else if (this.#failed.has(segment) && segment.endMs < tooOldMs) this.dropThrough(segment.msn);
  }

  #release(segment: Segment): void {
    const bytes = segment.release();
    if (bytes === 0) return;
    this.#inMemory = this.#inMemory.filter((one) => one !== segment);
    this.#options.onMemory(-bytes);
  }
}
