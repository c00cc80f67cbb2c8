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

/** What a rendition is, from the start on. */
export type RenditionAbout = Readonly<
  | { kind: 'video'; /** 0 is the lowest. */ layer: number }
  | { kind: 'audio'; /** Made only while somebody asks for it. */ onDemand?: boolean }
>;

/** Takes what a rendition has written; paths are as its files have them. */
export interface RenditionKeeper {
  keepInit(init: Readonly<{ file: string; path: string; config: CodecConfig }>): void;
  /** @param kept `path` null: there is nothing of it */
  keepSegment(kept: Readonly<{ segment: Segment; path: string | null; init: string | null }>): void;
}

const initFile = (number: number): string => `init-${number}.mp4`;

type Options = Readonly<{
  id: RenditionId;
  about: RenditionAbout;
  files: BroadcastFiles;
  /** For its files. */
  folder: string;
  clock: Clock;
  /** How far back one can go. */
  rewindMs: number;
  targetDurationS: number;
  /** It takes more bytes of memory, or fewer. */
  onMemory: (bytes: number) => void;
  /** Something can be had that couldn't before, or it ended. */
  onChanged: () => void;
  /** Keeps what is written, beyond the window; null: nobody does. */
  keeper: RenditionKeeper | null;
}>;

/** An initialization section. */
type Init = Readonly<{ bytes: Uint8Array; config: CodecConfig }>;

/** One rendition of a run: takes what is written and knows what there is to be had. */
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

  /** Goes up with everything that changes its playlist. */
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
   * Each of its segments so far can be decoded by itself (RFC 8216bis 4.4.2.1). A publisher that sends no key frame in
   * time ends that, for good: a segment is cut between two of them then. Without this promise video.js fetches the part
   * before again, for ever, when it runs dry amid a segment.
   */
  get isIndependent(): boolean {
    return this.#isIndependent;
  }

  /** The finished segments that its playlist tells, oldest first. */
  get segments(): readonly Segment[] {
    return this.#window.listed;
  }

  get discontinuitySequence(): number {
    return this.#window.discontinuitySequence;
  }

  /** The segment that is growing. */
  get open(): Segment | null {
    return this.#open;
  }

  /** How far its playlist has come; segment -1 before anything. */
  get reach(): PlaylistEnd {
    if (this.#open && this.#open.parts.length > 0)
      return { msn: this.#open.msn, parts: this.#open.parts.length, complete: false };
    const { last } = this.#window;
    return { msn: last?.msn ?? -1, parts: last?.parts.length ?? 0, complete: true };
  }

  /** The part that comes next, and can be asked for already; null: none comes. */
  get next(): Readonly<{ msn: number; part: number }> | null {
    if (this.#ended) return null;
    const { open } = this;
    if (open) return open.isAbandoned ? null : { msn: open.msn, part: open.parts.length };
    return { msn: (this.#window.last?.msn ?? -1) + 1, part: 0 };
  }

  /** It has media now: of the last two segments, one at least is no gap. */
  get isPresent(): boolean {
    if (this.#open) return !this.#open.isAbandoned;
    return this.#window.newest(2).some(({ state }) => state === 'complete');
  }

  /** Its newest finished segment has media. */
  get hasSegment(): boolean {
    return this.#window.last?.state === 'complete';
  }

  init(number: number): Uint8Array | null {
    return this.#inits.get(number)?.bytes ?? null;
  }

  /** A segment that can be had, also while it grows; null: not (yet, or any more). */
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

  /** Safe to call twice; nothing is taken afterwards. */
  end(): void {
    if (this.#ended) return;
    this.endSegment();
    this.#ended = true;
    this.#window.rest();
    this.#changed();
  }

  /** Frees all its memory. */
  close(): void {
    this.end();
    this.#window.close();
  }

  /** Frees the memory of its oldest segment in memory; false: there is none that is finished. */
  releaseOldest(): boolean {
    return this.#window.releaseOldest();
  }

  /** Gives up the segment that grows: it will be a gap. */
  abandonOpen(): void {
    if (!this.#open) return;
    this.#options.onMemory(-this.#open.abandon());
    this.#changed();
  }

  /** Of the oldest segment that can be had. */
  get firstMsn(): number | null {
    return this.#window.firstMsn;
  }

  /** Of the oldest finished segment in memory. */
  get firstInMemoryMsn(): number | null {
    return this.#window.firstInMemoryMsn;
  }

  /** Whether the segment with this number could go: it is on the disk only, or there is none. */
  canDrop(msn: number): boolean {
    return this.#window.canDrop(msn);
  }

  /** Forgets the segments up to this number, and removes their files. */
  dropThrough(msn: number): void {
    this.#window.dropThrough(msn);
    this.#changed();
  }

  /** The path of a segment's file. */
  pathOf(segment: Segment): string {
    return this.#window.pathOf(segment);
  }

  #changed(): void {
    this.#version += 1;
    this.#options.onChanged();
  }

  /** Those that no segment refers to any more. */
  #forgetInits(): void {
    const oldest = this.#window.oldestInit ?? this.#lastInit;
    for (const number of this.#inits.keys()) if (number < oldest) this.#inits.delete(number);
  }

  /** Beside the segments, so that the folder is playable by itself. */
  async #storeInit(number: number, { bytes, config }: Init): Promise<void> {
    const { files, folder, keeper } = this.#options;
    const path = `${folder}/${initFile(number)}`;
    const stored = await files.write(path, bytes.byteLength, () => bytes);
    if (stored) keeper?.keepInit({ file: initFile(number), path, config });
  }

  #keep(segment: Segment): void {
    const { keeper } = this.#options;
    const path = segment.stored ? this.pathOf(segment) : null;
    keeper?.keepSegment({ segment, path, init: segment.init < 0 ? null : initFile(segment.init) });
  }
}
