import type { Clock } from '../../common/clock.js';
import type { BroadcastFiles } from './broadcast-files.js';
import type { CodecConfig } from '../../media/codecs/codec-config.js';
import type { PlaylistEnd } from '../../media/playlist/playlist-query.js';
import type {
  RenditionId,
  RenditionWriter,
  SegmentStart,
  WrittenPart,
} from '../timeline/rendition-writer.js';
import { Segment } from './segment.js';
import { SegmentWindow } from './segment-window.js';

/** The fixed properties of a rendition. */
export type RenditionAbout = Readonly<
  | { kind: 'video'; /** 0 is the lowest. */ layer: number }
  | {
      kind: 'audio';
      /** Whether the rendition is encoded only while someone requests it. */ onDemand?: boolean;
    }
>;

/** Receives a rendition's stored segments. Paths are relative to the broadcast's folder. */
export interface RenditionKeeper {
  keepInit(init: Readonly<{ file: string; path: string; config: CodecConfig }>): void;
  /** @param kept `path` is null if the segment has no media */
  keepSegment(kept: Readonly<{ segment: Segment; path: string | null; init: string | null }>): void;
}

const initFile = (number: number): string => `init-${number}.mp4`;

type Options = Readonly<{
  id: RenditionId;
  about: RenditionAbout;
  files: BroadcastFiles;
  /** The folder of the rendition's files. */
  folder: string;
  clock: Clock;
  /** The length of the rewind window. */
  rewindMs: number;
  targetDurationS: number;
  /** Called with each change in memory use, in bytes. */
  onMemory: (bytes: number) => void;
  /** Called when new media is available or the rendition has ended. */
  onChanged: () => void;
  /**
   * Records the rendition's segments, which are then stored after they leave the window; null if
   * the rendition isn't recorded.
   */
  keeper: RenditionKeeper | null;
}>;

/** An initialization section. */
type Init = Readonly<{ bytes: Uint8Array; config: CodecConfig }>;

/** One rendition of a run: stores the segments written to it, and tracks which are available. */
export class Rendition implements RenditionWriter {
  readonly id: RenditionId;
  readonly about: RenditionAbout;
  readonly #options: Options;
  readonly #window: SegmentWindow;
  readonly #inits = new Map<number, Init>();
  #lastInit = -1;
  #open: Segment | null = null;
  #ended = false;
  #isIndependent = true;
  #version = 0;

  constructor(options: Options) {
    this.id = options.id;
    this.about = options.about;
    this.#options = options;
    this.#window = new SegmentWindow({
      ...options,
      onSettled: (segment) => this.#keep(segment),
    });
  }

  /** A number that increases with each change to the playlist. */
  get version(): number {
    return this.#version;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** The newest configuration; null before the first. */
  get config(): CodecConfig | null {
    return this.#inits.get(this.#lastInit)?.config ?? null;
  }

  /**
   * Whether every segment so far can be decoded independently (RFC 8216bis 4.4.2.1). If the
   * publisher doesn't send a key frame in time, a segment is cut between two key frames, and this
   * value remains false from then on. video.js needs this guarantee: without it, if playback runs
   * out of media within a segment, video.js fetches the previous part again and again.
   */
  get isIndependent(): boolean {
    return this.#isIndependent;
  }

  /** The finished segments in the playlist, oldest first. */
  get segments(): readonly Segment[] {
    return this.#window.listed;
  }

  get discontinuitySequence(): number {
    return this.#window.discontinuitySequence;
  }

  /** The open segment. */
  get open(): Segment | null {
    return this.#open;
  }

  /** The end of the playlist; segment -1 before the first segment. */
  get reach(): PlaylistEnd {
    if (this.#open && this.#open.parts.length > 0)
      return { msn: this.#open.msn, parts: this.#open.parts.length, complete: false };
    const { last } = this.#window;
    return { msn: last?.msn ?? -1, parts: last?.parts.length ?? 0, complete: true };
  }

  /** The next part, which can already be requested; null if no part follows. */
  get next(): Readonly<{ msn: number; part: number }> | null {
    if (this.#ended) return null;
    const { open } = this;
    if (open) return open.state === 'open' ? { msn: open.msn, part: open.parts.length } : null;
    return { msn: (this.#window.last?.msn ?? -1) + 1, part: 0 };
  }

  /**
   * Whether the rendition currently has media: at least one of the last two segments is not a gap.
   */
  get isPresent(): boolean {
    if (this.#open) return this.#open.state === 'open';
    return this.#window.newest(2).some(({ hasMedia }) => hasMedia);
  }

  /** Whether the newest finished segment has media. */
  get hasSegment(): boolean {
    return this.#window.last?.hasMedia === true;
  }

  init(number: number): Uint8Array | null {
    return this.#inits.get(number)?.bytes ?? null;
  }

  /**
   * Returns an available segment, including the open one; null if it does not exist yet or has been
   * dropped.
   */
  segment(msn: number): Segment | null {
    return this.#open?.msn === msn ? this.#open : this.#window.find(msn);
  }

  setInit(init: Init): void {
    if (this.#ended) return;
    this.#lastInit += 1;
    this.#inits.set(this.#lastInit, init);
    this.#forgetInits();
    void this.#storeInit(this.#lastInit, init);
  }

  startSegment(start: SegmentStart): void {
    if (this.#ended) return;
    this.#open = new Segment(start, this.#lastInit);
  }

  addPart(part: WrittenPart): void {
    if (!this.#open) return;
    if (this.#open.durationS === 0 && !part.independent) this.#isIndependent = false;
    const before = this.#open.memoryBytes;
    this.#open.add(part);
    this.#options.onMemory(this.#open.memoryBytes - before);
    this.#changed();
  }

  endSegment(): void {
    const segment = this.#open;
    if (!segment) return;
    this.#open = null;
    segment.complete();
    this.#window.add(segment);
    this.#changed();
  }

  addGap(gap: SegmentStart & { durationS: number }): void {
    if (this.#ended) return;
    this.#window.add(Segment.gap(gap, this.#lastInit));
    this.#changed();
  }

  /** Ends the rendition; later writes are ignored. Safe to call twice. */
  end(): void {
    if (this.#ended) return;
    this.endSegment();
    this.#ended = true;
    this.#window.rest();
    this.#changed();
  }

  /** Frees all memory of the rendition. */
  close(): void {
    this.end();
    this.#window.close();
  }

  /**
   * Frees the memory of the oldest segment in memory; returns false if no finished segment is in
   * memory.
   */
  releaseOldest(): boolean {
    return this.#window.releaseOldest();
  }

  /** Drops the open segment's media. The segment becomes a gap when it ends. */
  abandonOpen(): void {
    if (!this.#open) return;
    this.#options.onMemory(-this.#open.abandon());
    this.#changed();
  }

  /** Drops the open segment's media, and ends the segment as a gap of this duration. */
  abandonSegment(durationS: number): void {
    this.abandonOpen();
    this.#open?.extendTo(durationS);
    this.endSegment();
  }

  /** The number of the oldest available segment. */
  get firstMsn(): number | null {
    return this.#window.firstMsn;
  }

  /** The number of the oldest finished segment in memory. */
  get firstInMemoryMsn(): number | null {
    return this.#window.firstInMemoryMsn;
  }

  /** Whether the segment can be dropped: it exists only on disk, or not at all. */
  canDrop(msn: number): boolean {
    return this.#window.canDrop(msn);
  }

  /** Drops all segments up to and including this number, and removes their files. */
  dropThrough(msn: number): void {
    this.#window.dropThrough(msn);
    this.#changed();
  }

  /** Returns the path of a segment's file. */
  pathOf(segment: Segment): string {
    return this.#window.pathOf(segment);
  }

  #changed(): void {
    this.#version += 1;
    this.#options.onChanged();
  }

  /** Drops initialization sections to which no segment refers. */
  #forgetInits(): void {
    const oldest = this.#window.oldestInit ?? this.#lastInit;
    for (const number of this.#inits.keys()) if (number < oldest) this.#inits.delete(number);
  }

  /**
   * Stores the initialization section next to the segments, to make the folder playable on its own.
   */
  async #storeInit(number: number, { bytes, config }: Init): Promise<void> {
    const { files, folder, keeper } = this.#options;
    const path = `${folder}/${initFile(number)}`;
    const stored = await files.write(path, bytes.byteLength, () => bytes);
    if (stored) keeper?.keepInit({ file: initFile(number), path, config });
  }

  #keep(segment: Segment): void {
    const { keeper } = this.#options;
    const path = segment.state === 'stored' ? this.pathOf(segment) : null;
    keeper?.keepSegment({ segment, path, init: segment.init < 0 ? null : initFile(segment.init) });
  }
}
