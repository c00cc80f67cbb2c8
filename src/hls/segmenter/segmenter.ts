import { type AudioConfig, VIDEO_TIMESCALE } from '../../media/codecs/codec-config.js';
import type { AccessUnit } from '../../media/codecs/access-unit.js';
import { sameConfig } from '../../media/codecs/same-config.js';
import { RunTimeline } from './run-timeline.js';
import { type AddedTrack, type TimedUnit, Track, type TrackKind, type TrackUnit } from './track.js';
import type { RunSpec, SegmenterOptions, TrackInput } from './segmenter-types.js';
import { StartGate, startTicks } from './start-gate.js';
import { audioDurationTicks } from '../timeline/audio-framing.js';
import type { PublisherClock } from '../timeline/track-clock.js';
import { WallClock } from '../timeline/wall-clock.js';

/**
 * If a pause is longer than this, the next input starts a discontinuity instead of continuing the
 * timeline.
 */
const SILENCE_S = 5;
/**
 * The same limit for broadcasts without audio. It is lower, because only audio shows how long
 * frames have to be repeated.
 */
const SILENCE_WITHOUT_SOUND_S = 2;
const ASK_AGAIN_MS = 1_000;

/** The mapping of capture times to a run's timeline since the last discontinuity. */
type Stretch = Readonly<{
  run: RunTimeline;
  /** The offset from capture times to positions on the timeline, in 90 kHz ticks. */
  offsetTicks: number;
}>;

type End = Readonly<{ ticks: number; wallMs: number }>;

/**
 * Turns one broadcast's units into renditions. Uses no clock and no timers: all times are
 * arguments, and all output is written within a call.
 *
 *     units, reports -> TrackClock: capture times -> StartGate: wait for reports, find the start
 *       -> RunTimeline: VideoLane per layer, AudioLane; SegmentCuts decides where they all cut
 *       -> RenditionOutput -> PartBuilder -> RenditionWriter
 */
export class Segmenter {
  readonly #options: SegmenterOptions;
  readonly #publisher: PublisherClock = { stepMs: 0, known: false };
  readonly #wallClock = new WallClock();
  readonly #gate = new StartGate();
  /** At most one open track of each kind. */
  #tracks: readonly Track[] = [];
  #run: RunTimeline | null = null;
  #runCodec: string | null = null;
  /** Null while the gate is closed and units are waiting. */
  #stretch: Stretch | null = null;
  #lastEnd: End | null = null;
  #nowMs = 0;
  #askedMs = -Infinity;
  #ended = false;
  /** The last known usual delay from capture to arrival, in milliseconds. */
  #delayMs = 0;

  constructor(options: SegmenterOptions) {
    this.#options = options;
  }

  /** Adds a track, replacing one of the same kind. */
  addTrack(added: AddedTrack): TrackInput {
    for (const track of this.#tracks) if (track.kind === added.kind) this.#close(track);
    const track = new Track(added, this.#publisher);
    this.#tracks = [...this.#tracks, track];
    this.#updateGone();
    return {
      push: (layer, unit) => this.#push(track, layer, unit),
      report: (layer, report) => {
        track.clock.report(layer, { ...report, nowMs: this.#nowMs });
        this.#openWhenDue();
      },
      setPaused: (paused) => this.#setPaused(track, paused),
      close: () => this.#close(track),
    };
  }

  /**
   * Sets the offset from the publisher's clock to the server's, in milliseconds. May be called late
   * and repeatedly.
   */
  setClockOffset(offsetMs: number): void {
    this.#wallClock.setOffset(offsetMs);
  }

  /**
   * Handles the loss of the publisher: removes its tracks, and starts a discontinuity with the next
   * input.
   */
  interrupt(): void {
    for (const track of this.#tracks) track.closed = true;
    this.#shut();
    this.#gate.clear();
    this.#tracks = [];
    Object.assign(this.#publisher, { stepMs: 0, known: false });
  }

  /**
   * Must be called every 50 to 100 ms.
   * @param nowMs the server's clock
   */
  tick(nowMs: number): void {
    this.#nowMs = Math.max(this.#nowMs, nowMs);
    this.#openWhenDue();
    this.#stretch?.run.advance(this.#nowMs);
  }

  /** Writes pending units and ends the run. Safe to call twice. */
  end(): void {
    if (this.#ended) return;
    if (!this.#stretch) this.#open();
    this.#shut();
    this.#run?.end();
    this.#run = null;
    this.#ended = true;
  }

  #push(track: Track, layer: number, unit: AccessUnit): void {
    if (track.closed || this.#ended || layer >= track.layerCount) return;
    this.#nowMs = Math.max(this.#nowMs, unit.arrivedMs);
    if (this.#stretch && !this.#fits(track, unit)) {
      // The run lacks this kind or codec, so the track's first key frame opens a new run.
      if (!unit.keyFrame) return this.#askFor(ASK_AGAIN_MS);
      this.#shut();
    }
    if (!this.#stretch) return this.#wait({ track, layer, unit });
    for (const timed of track.time({ track, layer, unit }, this.#wayMs(track))) this.#place(timed);
  }

  #wait(unit: TrackUnit): void {
    this.#gate.add(unit);
    this.#openWhenDue();
  }

  #place(timed: TimedUnit): void {
    if (this.#stretch && this.#isLongAfter(this.#stretch, timed)) this.#shut();
    const stretch = this.#stretch;
    if (!stretch) return this.#wait(timed);
    place(stretch, timed);
    stretch.run.advance(this.#nowMs);
  }

  #isLongAfter({ run, offsetTicks }: Stretch, { track, captureTicks }: TimedUnit): boolean {
    const ticks = track.kind === 'video' ? captureTicks : (captureTicks * 15) / 8;
    const silenceS = run.spec.audio ? SILENCE_S : SILENCE_WITHOUT_SOUND_S;
    return ticks + offsetTicks - run.newestTicks > silenceS * VIDEO_TIMESCALE;
  }

  #fits(track: Track, { config }: AccessUnit): boolean {
    const spec = this.#stretch?.run.spec;
    if (config.kind === 'audio') return hasAudio(spec?.audio ?? null, track.audio);
    return spec?.videoLayers === track.layerCount && config.codec === this.#runCodec;
  }

  #setPaused(track: Track, paused: boolean): void {
    if (track.paused && !paused) track.clock.resume();
    track.paused = paused;
    this.#updateGone();
    this.#openWhenDue();
  }

  #close(track: Track): void {
    if (track.closed) return;
    track.closed = true;
    this.#tracks = this.#tracks.filter((other) => other !== track);
    this.#updateGone();
    this.#openWhenDue();
  }

  #updateGone(): void {
    const sends = (kind: TrackKind) =>
      this.#tracks.some((track) => track.kind === kind && track.sends);
    this.#run?.setGone({ audio: !sends('audio'), video: !sends('video') });
  }

  /** Ends the current stretch, if any. Units then wait again. */
  #shut(): void {
    if (!this.#stretch) return;
    const { run, offsetTicks } = this.#stretch;
    const ticks = run.finish(this.#nowMs);
    this.#lastEnd = { ticks, wallMs: this.#wallMs(ticks - offsetTicks) };
    this.#stretch = null;
  }

  #openWhenDue(): void {
    if (this.#stretch || this.#ended) return;
    if (this.#gate.isDue(this.#tracks, this.#nowMs)) this.#open();
    else this.#askWhileWaiting();
  }

  /**
   * Requests key frames, because playback can start only at a key frame among the waiting units.
   */
  #askWhileWaiting(): void {
    const video = this.#tracks.some((track) => track.kind === 'video' && track.sends);
    if (video) this.#askFor(Math.max(ASK_AGAIN_MS, this.#options.segmentS * 950));
  }

  /** Requests a key frame, unless one was requested less than `everyMs` ago. */
  #askFor(everyMs: number): void {
    if (this.#nowMs - this.#askedMs < everyMs) return;
    this.#askedMs = this.#nowMs;
    this.#options.requestKeyFrame();
  }

  #open(): void {
    const units = this.#gate.open();
    const start = startTicks(units);
    if (start === null) return;
    const run = this.#runFor(units);
    const ticks = this.#timelineAt(run, this.#wallMs(start));
    const stretch = { run, offsetTicks: ticks - start };
    const wallMsOf = (at: number) => this.#wallMs(at - stretch.offsetTicks);
    run.begin({ ticks, wallMsOf, nowMs: this.#nowMs });
    this.#stretch = stretch;
    this.#updateGone();
    if (!units.some(({ track }) => track.kind === 'video')) run.repeatPictures();
    for (const unit of units) place(stretch, unit);
    run.advance(this.#nowMs);
  }

  /** Returns the current run if the units fit into it, otherwise a new one. */
  #runFor(units: readonly TimedUnit[]): RunTimeline {
    const pictures = units.filter(({ track, unit }) => track.kind === 'video' && unit.keyFrame);
    const config = pictures.at(-1)?.unit.config;
    const codec = config?.codec ?? null;
    const spec: RunSpec = {
      videoLayers: pictures.at(-1)?.track.layerCount ?? 0,
      audio: [...units.map(({ track }) => track), ...this.#tracks].reduce(
        (newest: AudioConfig | null, { audio }) => audio ?? newest,
        null,
      ),
    };
    if (this.#run && fitsInto(this.#run.spec, spec) && (codec === null || codec === this.#runCodec))
      return this.#run;
    this.#run?.end();
    this.#lastEnd = null;
    this.#runCodec = codec;
    const { segmentS, partS, openRun, requestKeyFrame } = this.#options;
    const writer = openRun(spec, config?.kind === 'video' ? config : null);
    this.#run = new RunTimeline({ segmentS, partS, spec, writer, requestKeyFrame });
    return this.#run;
  }

  /** Returns the current transit delay according to another track's reports. */
  #wayMs(track: Track): number | null {
    const other = this.#tracks.find(({ kind, clock }) => kind !== track.kind && clock.reported);
    return other?.clock.recentDelayMs(this.#nowMs) ?? other?.clock.delayMs ?? null;
  }

  /**
   * Returns the position on a run's timeline at which media captured at `wallMs` continues, so that
   * the timeline advances by as much as the wall clock.
   */
  #timelineAt(run: RunTimeline, wallMs: number): number {
    if (!this.#lastEnd || run !== this.#run) return 0;
    const gapMs = Math.max(1, wallMs - this.#lastEnd.wallMs);
    return this.#lastEnd.ticks + Math.round((gapMs * VIDEO_TIMESCALE) / 1_000);
  }

  /** Converts a capture time to the server's clock. */
  #wallMs(captureTicks: number): number {
    const { stepMs, known } = this.#publisher;
    const delays = this.#tracks.flatMap(({ clock }) => clock.delayMs ?? []);
    this.#delayMs = delays[0] ?? this.#delayMs;
    const captureMs = (captureTicks / VIDEO_TIMESCALE) * 1_000;
    return this.#wallClock.wallMs(captureMs, {
      stepMs: known ? stepMs : null,
      delayMs: this.#delayMs,
    });
  }
}

/** Whether the sent tracks fit into a run. A kind may be missing, but none may be added. */
const fitsInto = (run: RunSpec, sent: RunSpec): boolean =>
  hasAudio(run.audio, sent.audio) &&
  (sent.videoLayers === 0 || run.videoLayers === sent.videoLayers);

/** Whether a run has room for this audio, or no audio is sent. */
const hasAudio = (run: AudioConfig | null, sent: AudioConfig | null): boolean =>
  sent === null || (run !== null && sameConfig(run, sent));

function place(
  { run, offsetTicks }: Stretch,
  { track, layer, unit, captureTicks, afterLoss }: TimedUnit,
): void {
  const { config, data, keyFrame, arrivedMs } = unit;
  if (config.kind === 'video') {
    const ticks = captureTicks + offsetTicks;
    if (afterLoss) run.loseVideo(layer);
    const frame = { ticks, keyFrame, data, config, arrivedMs };
    const { compositionTicks } = unit;
    return run.pushVideo(
      layer,
      compositionTicks === undefined ? frame : { ...frame, compositionTicks },
    );
  }
  const durationTicks = audioDurationTicks(config, data);
  const ticks = captureTicks + Math.round((offsetTicks * 8) / 15);
  if (durationTicks !== null && hasAudio(run.spec.audio, track.audio))
    run.pushAudio(ticks, { data, durationTicks, keyFrame: true });
}
