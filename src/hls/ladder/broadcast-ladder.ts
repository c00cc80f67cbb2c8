import type { Transcoding } from '../../broadcast/ports/packaging.js';
import type { Log } from '../../common/logger.js';
import type { VideoConfig } from '../../media/codecs/codec-config.js';
import { type LadderStep, stepsBelow } from '../../transcode/ladder-steps.js';
import type { TranscodeService } from '../../transcode/transcode.service.js';
import type { TranscodeSlot } from '../../transcode/transcode-slots.js';
import { Ladder } from './ladder.js';
import { type AbandoningWriter, LadderRendition } from './ladder-rendition.js';

type Options = Readonly<{
  broadcastId: string;
  service: TranscodeService;
  partS: number;
  nowMs: () => number;
  log: Log;
}>;

/** Makes a broadcast's lower-resolution renditions, with one {@link Ladder} per run. */
export class BroadcastLadder {
  readonly #options: Options;
  /** Held from the first run with a ladder to the end of the broadcast. */
  #slot: TranscodeSlot | null = null;
  #isRefused = false;
  #ladder: Ladder | null = null;

  constructor(options: Options) {
    this.#options = options;
  }

  /** See {@link Transcoding}. */
  get state(): Transcoding {
    const { service } = this.#options;
    if (this.#isRefused) return { made: [], obstacle: { type: 'limit', max: service.max } };
    if (this.#ladder === null) return { made: [], obstacle: null };
    const { made, dropped, isFailing } = this.#ladder;
    if (isFailing) return { made: [], obstacle: { type: 'failing' } };
    return { made, obstacle: dropped.length > 0 ? { type: 'behind', dropped } : null };
  }

  /**
   * Returns the steps to make for a new run, best first; none if the video is already small,
   * transcoding isn't possible, or too many other broadcasts are being transcoded.
   * @param source the publisher's video configuration if they send a single layer, otherwise null
   */
  plan(source: VideoConfig | null): LadderStep[] {
    this.#ladder = null;
    this.#isRefused = false;
    const { service, broadcastId } = this.#options;
    const isSuitable = source?.codec === 'h264' && service.isAvailable;
    const steps = source && isSuitable ? stepsBelow(source) : [];
    if (steps.length === 0) return [];
    this.#slot ??= service.take(broadcastId);
    this.#isRefused = this.#slot === null;
    if (this.#isRefused) service.noteRefused();
    return this.#isRefused ? [] : steps;
  }

  /**
   * Starts making a run's planned steps.
   * @param writers by step name, best first
   * @param source returns the source's newest configuration
   */
  open(writers: ReadonlyMap<string, AbandoningWriter>, source: () => VideoConfig | null): Ladder {
    const { service, partS, nowMs, log } = this.#options;
    const renditions = new Map(
      [...writers].map(([name, writer]) => [name, new LadderRendition({ writer, partS })]),
    );
    this.#ladder = new Ladder({ renditions, source, transcoders: service, nowMs, log });
    return this.#ladder;
  }

  /** Releases the transcoding slot, once the last run has ended. Safe to call twice. */
  close(): void {
    this.#slot?.release();
    this.#slot = null;
  }
}
