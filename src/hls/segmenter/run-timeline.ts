import {
  AUDIO_TIMESCALE,
  type AudioConfig,
  VIDEO_TIMESCALE,
} from '../../media/codecs/codec-config.js';
import type { Sample } from '../../media/mp4/sample.js';
import { OPUS_CONFIG } from '../../media/rtp/opus-depacketizer.js';
import { type RunSpec, type RunWriter, targetDurationS } from './segmenter-types.js';
import { SILENCE } from '../timeline/audio-grid.js';
import { AudioLane, audioTicksOf, videoTicksOf } from '../timeline/audio-lane.js';
import { LowestDelay } from '../timeline/lowest-delay.js';
import { RenditionOutput } from '../timeline/rendition-output.js';
import { SegmentCuts } from '../timeline/segment-cuts.js';
import { type Frame, VideoLane } from '../timeline/video-lane.js';

/** Video that is silent for longer, while sound goes on, is filled. */
const SILENT_TICKS = 1 * VIDEO_TIMESCALE;
/** How far filled video stays behind, so that a key frame that comes late has a place. */
const FILL_LAG_TICKS = 0.3 * VIDEO_TIMESCALE;
/** Pictures may arrive this much later than sound of the same time before a repeated picture takes their place. */
const MAX_LATE_TICKS = 3 * VIDEO_TIMESCALE;
/** Sound may be so late before it is filled. */
const AUDIO_LAG_TICKS = 0.3 * AUDIO_TIMESCALE;
/** When the next key frame is asked for, as a share of the segment's target. */
const ASK_SHARE = 0.95;
/** A silent picture is asked for by a key frame before it is filled. */
const ASK_SILENT_TICKS = 0.7 * VIDEO_TIMESCALE;
const ASK_AGAIN_MS = 1_000;
/** A longer way means that nothing comes any more. */
const MAX_UNDERWAY_MS = 3_000;

type Options = Readonly<{
  segmentS: number;
  partS: number;
  spec: RunSpec;
  writer: RunWriter;
  requestKeyFrame(): void;
}>;

/** Tells the server's time of capture of a tick (90 kHz) of the run's timeline. */
export type WallClock = (ticks: number) => number;

/** Writes one run's renditions: what comes in has its place on the run's timeline already. */
export class RunTimeline {
  readonly spec: RunSpec;
  readonly #options: Options;
  readonly #cuts: SegmentCuts;
  readonly #video: readonly VideoLane[];
  readonly #audio: AudioLane | null;
  readonly #partTicks: number;
  /** How much later than sound of the same time pictures arrive, 90 kHz. */
  readonly #late = new LowestDelay({ bucketMs: 250, buckets: 4 });
  #wallMsOf: WallClock = () => 0;
  #begun = false;
  /** What is known not to come: there's no need to wait for it. */
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
      const output = new RenditionOutput({ writer: rendition, timescale: VIDEO_TIMESCALE, partS });
      return new VideoLane(output, { partS });
    });
    this.#audio = spec.audio ? openAudio(options) : null;
  }

  /** The end of the newest that came, 90 kHz. */
  get newestTicks(): number {
    return Math.max(this.#newestVideo(this.#video), this.#newestSound());
  }

  /** Begins a stretch of the timeline without interruptions; what is before `ticks` has no place. */
  begin({ ticks, wallMsOf, nowMs }: { ticks: number; wallMsOf: WallClock; nowMs: number }): void {
    this.#begun = true;
    this.#nowMs = nowMs;
    this.#wallMsOf = wallMsOf;
    this.#late.clear();
    this.#audio?.startAt(audioTicksOf(ticks));
    const discontinuity = this.#cuts.count > 0;
    this.#cuts.declare({ ticks, discontinuity, wallMs: wallMsOf(ticks), nowMs }, { goesOn: false });
  }

  /** The stretch begins without a picture: with those from before. */
  repeatPictures(): void {
    for (const lane of this.#video) lane.repeatAt(this.#cuts.startTicks);
  }

  /** What is not being sent by the publisher's wish. */
  setGone(gone: { audio: boolean; video: boolean }): void {
    this.#gone = gone;
  }

  /** Frames of a layer before the next one were dropped. */
  loseVideo(layer: number): void {
    this.#video[layer]?.lose();
    this.#needsKeyFrame = true;
  }

  /** Takes a frame whose time is on the run's timeline; before its start, where the layer is to begin with it. */
  pushVideo(layer: number, frame: Frame): void {
    const lane = this.#video[layer];
    if (!lane) return;
    this.#late.note(this.#newestSound() - frame.ticks, frame.arrivedMs);
    if (frame.keyFrame) this.#bridgeTo(frame.ticks);
    if (!lane.push(frame)) this.#needsKeyFrame = true;
  }

  /** Takes a packet whose time is on the run's timeline, 48 kHz. */
  pushAudio(ticks: number, packet: Sample, config: AudioConfig): void {
    this.#audio?.push(ticks, packet, config);
  }

  /** Writes what can be written. */
  advance(nowMs: number): void {
    if (!this.#begun) return;
    this.#nowMs = nowMs;
    this.#fillVideo();
    this.#fillAudio();
    while (this.#video.some((lane) => this.#step(lane)) || this.#decide());
    if (this.spec.videoLayers > 0) this.#writeAudio(audioTicksBefore(this.#cuts.decidedTicks));
    else this.#writeAudioAlone();
    this.#cuts.forgetBefore(Math.min(...this.#lanes().map((lane) => lane.nextMsn)));
    this.#askForKeyFrame();
  }

  /** Writes everything and ends the open segments together; gives where. */
  finish(nowMs: number): number {
    if (!this.#begun) return this.#cuts.startTicks;
    this.#gone = { audio: true, video: true };
    // Twice as late as anything is waited for: once to decide, once to cross.
    for (const laterMs of [1_000, 2_000]) this.advance(nowMs + laterMs);
    this.#begun = false;
    const ends = this.#video.filter((lane) => lane.in).map((lane) => lane.endTicks);
    const endTicks = Math.max(this.#cuts.startTicks + 1, this.#newestSound(), ...ends);
    for (const lane of this.#video) lane.finish(endTicks);
    // At least 20 ms are past the last boundary, so that every rendition has every segment.
    const leastTicks = audioTicksOf(this.#cuts.startTicks) + 2 * SILENCE.durationTicks;
    this.#audio?.fillTo(Math.max(audioTicksOf(endTicks), leastTicks));
    this.#writeAudio(Infinity);
    this.#audio?.finish();
    return endTicks;
  }

  /** Ends all renditions, after {@link finish}. */
  end(): void {
    for (const lane of this.#lanes()) lane.end();
    this.#options.writer.end();
  }

  #lanes(): readonly (VideoLane | AudioLane)[] {
    return this.#audio ? [...this.#video, this.#audio] : this.#video;
  }

  /** So much longer a picture is waited for: what is filled too early refuses each picture that comes after it. */
  get #lateTicks(): number {
    return Math.max(0, Math.min(MAX_LATE_TICKS, this.#late.valueMs ?? 0));
  }

  #newestVideo(lanes: readonly VideoLane[]): number {
    return Math.max(-Infinity, ...lanes.map((lane) => lane.newestTicks));
  }

  #newestSound(): number {
    const ticks = this.#audio?.newestTicks ?? null;
    return ticks === null ? -Infinity : videoTicksOf(ticks);
  }

  /** Moves a lane on by one frame or boundary; false: it waits. */
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

  /** Decides about a time that lanes wait at; false: there's none, or it isn't time yet. */
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

  /** Repeats key frames where video is silent: all of it while sound goes on, or one layer while others do. */
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

  /** After nothing came, no sound either, for so long that the segment has to end before this key frame. */
  #bridgeTo(ticks: number): void {
    const lanes = this.#video.filter((lane) => lane.in);
    const newest = this.#newestVideo(lanes);
    if (!Number.isFinite(newest)) return;
    if (ticks > this.#cuts.latestTicks && ticks - newest > SILENT_TICKS)
      this.#repeat(lanes, newest, ticks - this.#partTicks);
  }

  /** Repeats pictures once a part. */
  #repeat(lanes: readonly VideoLane[], afterTicks: number, toTicks: number): void {
    for (let ticks = afterTicks + this.#partTicks; ticks <= toTicks; ticks += this.#partTicks)
      for (const lane of lanes) lane.repeatAt(ticks);
  }

  /** Silence where sound is late against pictures; repeated ones don't count, as they go by the sound. */
  #fillAudio(): void {
    const pictured = this.#newestVideo(this.#video.filter((lane) => !lane.repeats));
    if (!this.#audio || !Number.isFinite(pictured)) return;
    this.#audio.fillTo(audioTicksBefore(pictured) - (this.#gone.audio ? 0 : AUDIO_LAG_TICKS));
  }

  #writeAudio(upToTicks: number): void {
    const audio = this.#audio;
    if (!audio) return;
    for (;;) {
      const boundary = this.#cuts.boundary(audio.nextMsn);
      audio.writeUpTo(upToTicks, boundary);
      if (!boundary || !audio.cross(boundary)) return;
    }
  }

  /** Without video, sound itself says where segments begin. */
  #writeAudioAlone(): void {
    const targetTicks = this.#options.segmentS * VIDEO_TIMESCALE;
    for (;;) {
      const dueTicks = audioTicksOf(this.#cuts.startTicks + targetTicks);
      this.#writeAudio(dueTicks - 1);
      const headTicks = this.#audio?.headTicks ?? null;
      if (headTicks === null || headTicks < dueTicks) return;
      const ticks = videoTicksBefore(headTicks);
      const wallMs = this.#wallMsOf(ticks);
      this.#cuts.declare({ ticks, discontinuity: false, wallMs, nowMs: this.#nowMs });
    }
  }

  /** What is being captured now, if what came last has been on its way as long as it seems. */
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

function openAudio({ writer, partS }: Options): AudioLane {
  const output = new RenditionOutput({
    writer: writer.rendition('opus'),
    listener: writer.audioListener,
    timescale: AUDIO_TIMESCALE,
    partS,
  });
  return new AudioLane(output, OPUS_CONFIG);
}

/** The last tick of sound that isn't after a tick of video. */
const audioTicksBefore = (videoTicks: number): number =>
  Math.floor((videoTicks * AUDIO_TIMESCALE) / VIDEO_TIMESCALE);

/** The tick of video whose {@link audioTicksOf} is this tick of sound. */
const videoTicksBefore = (audioTicks: number): number =>
  Math.floor((audioTicks * VIDEO_TIMESCALE) / AUDIO_TIMESCALE);
