import { timescaleOf, VIDEO_TIMESCALE } from '../../media/codecs/codec-config.js';
import type { Sample } from '../../media/mp4/sample.js';
import type { RunSpec, RunWriter } from './segmenter-types.js';
import { targetDurationS } from '../timeline/targets.js';
import { AudioLane } from '../timeline/audio-lane.js';
import { LowestDelay } from '../timeline/lowest-delay.js';
import { RenditionOutput } from '../timeline/rendition-output.js';
import { SegmentCuts } from '../timeline/segment-cuts.js';
import { type Frame, VideoLane } from '../timeline/video-lane.js';

/**
 * If video pauses for longer than this while audio continues, the pause is filled with repeated
 * frames.
 */
const SILENT_TICKS = 1 * VIDEO_TIMESCALE;
/** How far repeated frames stay behind the audio, to leave room for a late key frame. */
const FILL_LAG_TICKS = 0.3 * VIDEO_TIMESCALE;
/**
 * How much later than the audio captured with it a frame may arrive. After that, a repeated frame
 * replaces it.
 */
const MAX_LATE_TICKS = 3 * VIDEO_TIMESCALE;
/** The time after which late audio is replaced with silence. */
const AUDIO_LAG_TICKS = 0.3 * VIDEO_TIMESCALE;
/** The share of the target segment duration after which the next key frame is requested. */
const ASK_SHARE = 0.95;
/**
 * After the video has paused for this long, a key frame is requested; the pause is filled later.
 */
const ASK_SILENT_TICKS = 0.7 * VIDEO_TIMESCALE;
const ASK_AGAIN_MS = 1_000;
/** A longer transit delay means that media has stopped arriving. */
const MAX_UNDERWAY_MS = 3_000;

type Options = Readonly<{
  segmentS: number;
  partS: number;
  spec: RunSpec;
  writer: RunWriter;
  requestKeyFrame(): void;
}>;

/** Returns the capture time, on the server's clock, of a tick (90 kHz) on the run's timeline. */
export type WallClock = (ticks: number) => number;

/** Writes one run's renditions. Input times are already on the run's timeline. */
export class RunTimeline {
  readonly spec: RunSpec;
  readonly #options: Options;
  readonly #cuts: SegmentCuts;
  readonly #video: readonly VideoLane[];
  readonly #audio: AudioLane | null;
  readonly #partTicks: number;
  /** How much later video arrives than the audio captured with it, in 90 kHz ticks. */
  readonly #late = new LowestDelay({ bucketMs: 250, buckets: 4 });
  #wallMsOf: WallClock = () => 0;
  #begun = false;
  /** The kinds that the publisher doesn't send, for which the timeline must not wait. */
  #gone = { audio: false, video: false };
  #needsKeyFrame = false;
  #askedMs = -Infinity;
  #nowMs = 0;

  constructor(options: Options) {
    const { segmentS, partS, spec, writer } = options;
    this.#options = options;
    this.spec = spec;
    this.#partTicks = Math.floor(partS * VIDEO_TIMESCALE + 1e-6);
    this.#cuts = new SegmentCuts({ segmentS, maxS: targetDurationS(segmentS) });
    this.#video = Array.from({ length: spec.videoLayers }, (_, layer) => {
      const rendition = writer.rendition(`video-${layer}`);
      const output = new RenditionOutput({
        writer: rendition,
        listener: layer === spec.videoLayers - 1 ? writer.videoListener : null,
        timescale: VIDEO_TIMESCALE,
        partS,
      });
      return new VideoLane(output, { partS });
    });
    this.#audio = openAudio(options);
  }

  /** The end of the newest input, in 90 kHz ticks. */
  get newestTicks(): number {
    return Math.max(this.#newestVideo(this.#video), this.#newestSound());
  }

  /** Begins an uninterrupted stretch of the timeline. Input before `ticks` is dropped. */
  begin({ ticks, wallMsOf, nowMs }: { ticks: number; wallMsOf: WallClock; nowMs: number }): void {
    this.#begun = true;
    this.#nowMs = nowMs;
    this.#wallMsOf = wallMsOf;
    this.#late.clear();
    this.#audio?.startAt(this.#audio.ticks.at(ticks));
    const discontinuity = this.#cuts.count > 0;
    this.#cuts.declare(
      { ticks, discontinuity, wallMs: wallMsOf(ticks), nowMs },
      { continues: false },
    );
  }

  /** Begins a stretch that has no video yet, by repeating the last frames. */
  repeatPictures(): void {
    for (const lane of this.#video) lane.repeatAt(this.#cuts.startTicks);
  }

  /** Sets the kinds that the publisher has chosen not to send. */
  setGone(gone: { audio: boolean; video: boolean }): void {
    this.#gone = gone;
  }

  /** Records that frames of a layer were dropped before the next one. */
  loseVideo(layer: number): void {
    this.#video[layer]?.lose();
    this.#needsKeyFrame = true;
  }

  /**
   * Adds a frame at its time on the run's timeline. A layer's first frame may have a time before
   * the start.
   */
  pushVideo(layer: number, frame: Frame): void {
    const lane = this.#video[layer];
    if (!lane) return;
    this.#late.note(this.#newestSound() - frame.ticks, frame.arrivedMs);
    if (frame.keyFrame) this.#bridgeTo(frame.ticks);
    if (!lane.push(frame)) this.#needsKeyFrame = true;
  }

  /** Adds a packet at its time on the run's timeline, in 48 kHz ticks. */
  pushAudio(captureTicks: number, packet: Sample): void {
    this.#audio?.push(this.#audio.ticks.ofCapture(captureTicks), packet);
  }

  /** Writes all media whose position is decided. */
  advance(nowMs: number): void {
    if (!this.#begun) return;
    this.#nowMs = nowMs;
    this.#fillVideo();
    this.#fillAudio();
    while (this.#video.some((lane) => this.#step(lane)) || this.#decide());
    if (this.spec.videoLayers > 0) this.#writeAudioBefore(this.#cuts.decidedTicks);
    else this.#writeAudioAlone();
    this.#cuts.forgetBefore(Math.min(...this.#lanes().map((lane) => lane.nextMsn)));
    this.#askForKeyFrame();
  }

  /** Writes everything, ends the open segments together, and returns their end, in 90 kHz ticks. */
  finish(nowMs: number): number {
    if (!this.#begun) return this.#cuts.startTicks;
    this.#gone = { audio: true, video: true };
    // Both times exceed every waiting time. The first call declares the boundaries; the second
    // crosses them.
    for (const laterMs of [1_000, 2_000]) this.advance(nowMs + laterMs);
    this.#begun = false;
    const ends = this.#video.filter((lane) => lane.in).map((lane) => lane.endTicks);
    const endTicks = Math.max(this.#cuts.startTicks + 1, this.#newestSound(), ...ends);
    for (const lane of this.#video) lane.finish(endTicks);
    this.#finishAudio(endTicks);
    return endTicks;
  }

  /** Ends all renditions, after {@link finish}. */
  end(): void {
    for (const lane of this.#lanes()) lane.end();
    this.#options.writer.end();
  }

  #finishAudio(endTicks: number): void {
    const audio = this.#audio;
    if (!audio) return;
    // Leave at least one silence after the last boundary, so that every rendition has every
    // segment.
    const leastTicks = audio.ticks.at(this.#cuts.startTicks) + 2 * audio.silenceTicks;
    audio.fillTo(Math.max(audio.ticks.at(endTicks), leastTicks));
    this.#writeAudio(audio, Infinity);
    audio.finish();
  }

  #lanes(): readonly (VideoLane | AudioLane)[] {
    return this.#audio ? [...this.#video, this.#audio] : this.#video;
  }

  /**
   * The additional time to wait for frames. If a pause was filled too early, every frame that
   * arrived afterwards would be rejected.
   */
  get #lateTicks(): number {
    return Math.max(0, Math.min(MAX_LATE_TICKS, this.#late.valueMs ?? 0));
  }

  #newestVideo(lanes: readonly VideoLane[]): number {
    return Math.max(-Infinity, ...lanes.map((lane) => lane.newestTicks));
  }

  #newestSound(): number {
    const ticks = this.#audio?.newestTicks ?? null;
    return this.#audio && ticks !== null ? this.#audio.ticks.videoAt(ticks) : -Infinity;
  }

  /** Advances a lane by one frame or boundary; returns false if the lane must wait. */
  #step(lane: VideoLane): boolean {
    const { head } = lane;
    const boundary = this.#cuts.boundary(lane.nextMsn);
    if (boundary) {
      if (!head || head.ticks >= boundary.instantTicks || lane.waitsToJoin)
        return lane.cross(boundary, this.#nowMs);
    } else {
      if (!head || lane.waitsToJoin || this.#cuts.mightCutAt(lane, head, this.#video)) return false;
      if (lane.in) this.#cuts.pass(head.ticks);
    }
    if (!lane.consume()) this.#needsKeyFrame = true;
    return true;
  }

  /**
   * Decides whether to cut at the earliest time for which a lane is waiting. Returns false if no
   * lane is waiting, or if it is too early to decide.
   */
  #decide(): boolean {
    const verdict = this.#cuts.decide(this.#video, this.#nowMs);
    if (verdict === null) return false;
    const { ticks, cut, discontinuity } = verdict;
    if (cut) {
      const wallMs = this.#wallMsOf(ticks);
      this.#cuts.declare({ ticks, discontinuity, wallMs, nowMs: this.#nowMs });
    } else {
      this.#cuts.pass(ticks);
      for (const lane of this.#video)
        if (lane.head?.ticks === ticks && !lane.waitsToJoin && !lane.consume())
          this.#needsKeyFrame = true;
    }
    return true;
  }

  /**
   * Repeats key frames where video pauses: on all layers while audio continues, or on one layer
   * while other layers continue.
   */
  #fillVideo(): void {
    const lanes = this.#video.filter((lane) => lane.in);
    const sound = this.#newestSound();
    const newest = this.#newestVideo(lanes);
    const repeats = lanes.some((lane) => lane.repeats);
    const late = this.#lateTicks;
    const lag = this.#gone.video ? 0 : FILL_LAG_TICKS + late;
    const silent = sound - newest > SILENT_TICKS + late;
    if (Number.isFinite(newest) && (this.#gone.video || repeats || silent))
      this.#repeat(lanes, newest, sound - lag);
    const others = this.#newestVideo(this.#video);
    for (const lane of lanes)
      if (
        others - lane.newestTicks >
        (lane.repeats ? FILL_LAG_TICKS + this.#partTicks : SILENT_TICKS)
      )
        this.#repeat([lane], lane.newestTicks, others - FILL_LAG_TICKS);
  }

  /**
   * Fills a pause in both audio and video if the segment would otherwise have to end before this
   * key frame.
   */
  #bridgeTo(ticks: number): void {
    const lanes = this.#video.filter((lane) => lane.in);
    const newest = this.#newestVideo(lanes);
    if (!Number.isFinite(newest)) return;
    if (ticks > this.#cuts.latestTicks && ticks - newest > SILENT_TICKS)
      this.#repeat(lanes, newest, ticks - this.#partTicks);
  }

  /** Repeats frames, one per part. */
  #repeat(lanes: readonly VideoLane[], afterTicks: number, toTicks: number): void {
    for (let ticks = afterTicks + this.#partTicks; ticks <= toTicks; ticks += this.#partTicks)
      for (const lane of lanes) lane.repeatAt(ticks);
  }

  /**
   * Fills in silence where audio is late relative to video. Repeated frames are ignored, because
   * their times are derived from the audio.
   */
  #fillAudio(): void {
    const pictured = this.#newestVideo(this.#video.filter((lane) => !lane.repeats));
    if (!this.#audio || !Number.isFinite(pictured)) return;
    const lagTicks = this.#gone.audio ? 0 : AUDIO_LAG_TICKS;
    this.#audio.fillTo(this.#audio.ticks.before(pictured - lagTicks));
  }

  #writeAudioBefore(videoTicks: number): void {
    if (this.#audio) this.#writeAudio(this.#audio, this.#audio.ticks.before(videoTicks));
  }

  #writeAudio(audio: AudioLane, upToTicks: number): void {
    for (;;) {
      const boundary = this.#cuts.boundary(audio.nextMsn);
      audio.writeUpTo(upToTicks, boundary);
      if (!boundary || !audio.cross(boundary)) return;
    }
  }

  /** Without video, the audio determines where segments begin. */
  #writeAudioAlone(): void {
    const audio = this.#audio;
    if (!audio) return;
    const targetTicks = this.#options.segmentS * VIDEO_TIMESCALE;
    for (;;) {
      const dueTicks = audio.ticks.at(this.#cuts.startTicks + targetTicks);
      this.#writeAudio(audio, dueTicks - 1);
      const { headTicks } = audio;
      if (headTicks === null || headTicks < dueTicks) return;
      const ticks = audio.ticks.videoBefore(headTicks);
      const wallMs = this.#wallMsOf(ticks);
      this.#cuts.declare({ ticks, discontinuity: false, wallMs, nowMs: this.#nowMs });
    }
  }

  /**
   * Returns the timeline position being captured now, assuming the newest input's transit delay.
   */
  #nowTicks(newestTicks: number): number {
    if (!Number.isFinite(newestTicks)) return newestTicks;
    const underwayMs = this.#nowMs - this.#wallMsOf(newestTicks);
    return newestTicks + Math.min(MAX_UNDERWAY_MS, Math.max(0, underwayMs)) * 90;
  }

  #askForKeyFrame(): void {
    const newest = this.#newestVideo(this.#video);
    const dueTicks = this.#cuts.startTicks + ASK_SHARE * this.#options.segmentS * VIDEO_TIMESCALE;
    const silent = this.#newestSound() - newest > ASK_SILENT_TICKS;
    const wanted = this.#needsKeyFrame || silent || this.#nowTicks(newest) >= dueTicks;
    const possible = this.spec.videoLayers > 0 && !this.#gone.video;
    if (!wanted || !possible || this.#nowMs - this.#askedMs < ASK_AGAIN_MS) return;
    this.#askedMs = this.#nowMs;
    this.#needsKeyFrame = false;
    this.#options.requestKeyFrame();
  }
}

function openAudio({ spec: { audio }, writer, partS }: Options): AudioLane | null {
  if (audio === null) return null;
  const output = new RenditionOutput({
    writer: writer.rendition(audio.codec),
    listener: writer.audioListener,
    timescale: timescaleOf(audio),
    partS,
  });
  return new AudioLane(output, audio);
}
