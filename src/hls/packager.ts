import type { BroadcastPackage, PackageState, Transcoding } from '../broadcast/ports/packaging.js';
import type { MediaTap, MediaTrack } from '../broadcast/ports/media.js';
import type { SegmentKeeper } from '../broadcast/ports/recording.js';
import type { Clock } from '../common/clock.js';
import { LINGER_MS } from '../common/linger.js';
import type { Log } from '../common/logger.js';
import { type Listenable, TypedEmitter } from '../common/typed-emitter.js';
import type { Config } from '../config/config.js';
import { AacRendition } from './aac/aac-rendition.js';
import type { AacThread } from '../media/aac/aac-thread.js';
import type { BroadcastLadder } from './ladder/broadcast-ladder.js';
import type { BroadcastFiles } from './run/broadcast-files.js';
import { packageTrack, type PackagedTrack } from './packaged-track.js';
import type { AccessUnit } from '../media/codecs/access-unit.js';
import {
  AUDIO_TIMESCALE,
  type AudioConfig,
  timescaleOf,
  type VideoConfig,
} from '../media/codecs/codec-config.js';
import { Run } from './run/run.js';
import { BroadcastSamples } from './samples/broadcast-samples.js';
import { RunSamples } from './samples/run-samples.js';
import { Segmenter } from './segmenter/segmenter.js';
import type { RunSpec, RunWriter, SampleListener } from './segmenter/segmenter-types.js';
import { partTargetS } from './timeline/targets.js';
import { Thumbnail } from './thumbnail/thumbnail.js';
import type { Thumbnailer } from './thumbnail/thumbnailer.js';
import { untilTheRunEnds } from './until-the-run-ends.js';
import { VideoRenditions } from './video-renditions.js';

/**
 * The delay between the last part and EXT-X-ENDLIST. With the default part duration, it equals
 * PART-HOLD-BACK, so players learn of the end before they run out of media. hls.js 1.7 never loads
 * a part announced together with EXT-X-ENDLIST, and stalls just before the end.
 */
const END_AFTER_MS = 1_000;
/**
 * The interval at which the segmenter checks the clock, and therefore the maximum delay before it
 * detects that media is late.
 */
const TICK_MS = 50;

const NOTHING_MADE: Transcoding = { made: [], obstacle: null };

/** The options of a {@link Packager}. */
export type PackagerOptions = Readonly<{
  config: Config['hls'];
  /** The prefix of the playlists' URL paths. */
  basePath: string;
  channel: string;
  /** The files of this broadcast; closed together with the packager. */
  files: BroadcastFiles;
  aac: AacThread;
  /** The path to FFmpeg; null if it isn't installed. */
  ffmpeg: string | null;
  thumbnailer: Thumbnailer | null;
  /** Null if nothing is transcoded. */
  ladder: BroadcastLadder | null;
  clock: Clock;
  log: Log;
  /** Records the segments; absent if the broadcast isn't recorded. */
  keeper?: SegmentKeeper;
}>;

/**
 * Packages one broadcast's media as HLS: {@link packageTrack} feeds the tap's tracks into the {@link
 * Segmenter}, which writes {@link Run}s.
 */
export class Packager implements BroadcastPackage {
  readonly #emitter = new TypedEmitter<{ changed: []; closed: [] }>();
  readonly events = this.#emitter.listenable;
  readonly thumbnail: Thumbnail;
  readonly samples = new BroadcastSamples(() => this.#updateSound());
  readonly #options: PackagerOptions;
  readonly #segmenter: Segmenter;
  readonly #tracks = new Map<MediaTrack, PackagedTrack>();
  /** Tracks that cannot be packaged, while they are being sent. */
  readonly #refused = new Set<MediaTrack>();
  /** Newest first. */
  readonly #runs: Run[] = [];
  readonly #timer: NodeJS.Timeout;
  #tap: MediaTap | null = null;
  #state: PackageState = 'preparing';
  #reorders = false;
  /** Whether the newest run contains video. */
  #hasPicture = false;
  /** The video of the newest run. */
  #video: VideoRenditions | null = null;
  #closed = false;
  /**
   * Starts or stops encoding the newest run's audio as AAC, depending on whether anyone needs it.
   */
  #updateSound: () => void = () => undefined;

  constructor(options: PackagerOptions) {
    this.#options = options;
    this.thumbnail = new Thumbnail(options.thumbnailer, options.log);
    this.thumbnail.events.on('changed', () => {
      const { picture } = this.thumbnail;
      if (picture) options.keeper?.keepPicture(picture.jpeg);
    });
    const { segmentS, partS } = options.config;
    this.#segmenter = new Segmenter({
      segmentS,
      partS: partTargetS(partS),
      openRun: (spec, video) => this.#openRun(spec, video),
      requestKeyFrame: () => this.#requestKeyFrame(),
    });
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  get state(): PackageState {
    return this.#state;
  }

  get reorders(): boolean {
    return this.#reorders;
  }

  get transcoding(): Transcoding {
    return this.#options.ladder?.state ?? NOTHING_MADE;
  }

  /** The runs that can be fetched, newest first. */
  get runs(): readonly Run[] {
    return this.#runs;
  }

  get thumbnailPath(): string | null {
    const { picture } = this.thumbnail;
    const { basePath } = this.#options;
    return picture && `${basePath}/hls/${this.#options.channel}/thumbnail/${picture.version}.jpg`;
  }

  get wantsThumbnails(): boolean {
    return this.thumbnail.wantsJpegs;
  }

  take(tap: MediaTap): void {
    if (this.#closed) return tap.close();
    this.#tap?.close();
    this.#tap = tap;
    tap.events.on('trackAdded', (track) => this.#add(track));
    for (const track of tap.tracks) this.#add(track);
  }

  setClockOffset(offsetMs: number): void {
    this.#segmenter.setClockOffset(offsetMs);
  }

  interrupt(): void {
    for (const track of this.#tracks.keys()) this.#remove(track);
    this.#segmenter.interrupt();
  }

  offerThumbnail(jpeg: Uint8Array): void {
    this.thumbnail.offerJpeg(jpeg, this.#options.clock.nowMs());
  }

  /**
   * Ends the packaging. Playlists end soon, and their media can be fetched for another 30 seconds,
   * even if another node continues the broadcast.
   */
  close(): void {
    if (!this.#stop()) return;
    this.#segmenter.end();
    const { keeper, ladder } = this.#options;
    const end = (): void => keeper?.end();
    void this.settled().then(end, end);
    void this.#video?.ended.then(() => ladder?.close());
    setTimeout(() => this.dispose(), LINGER_MS).unref();
  }

  /** Resolves when all pending writes are done. */
  async settled(): Promise<void> {
    if (this.#closed) await this.#video?.ended;
    await this.#options.files.settled();
  }

  /** Stops packaging at once and removes all files. Safe to call twice. */
  dispose(): void {
    this.close();
    this.#video?.close();
    for (const run of this.#runs.splice(0)) run.close();
    this.#options.files.close();
    this.#emitter.emit('closed');
    this.#emitter.clear();
  }

  /** Stops accepting media. Returns false if it has already stopped. */
  #stop(): boolean {
    if (this.#closed) return false;
    this.#closed = true;
    clearInterval(this.#timer);
    this.#tap?.close();
    for (const track of this.#tracks.keys()) this.#remove(track);
    this.thumbnail.close();
    return true;
  }

  #add(track: MediaTrack): void {
    // The anchors of such a track are on the server's clock.
    if (track.form === 'units') this.setClockOffset(0);
    const packaged = packageTrack({
      track,
      addInput: (layerCount) =>
        this.#segmenter.addTrack({ kind: track.kind, layerCount, audio: audioOf(track) }),
      onUnit: (layer, unit) => this.#noteUnit(track, layer, unit),
      ffmpeg: this.#options.ffmpeg,
      segmentS: this.#options.config.segmentS,
      log: this.#options.log,
    });
    if (packaged) this.#tracks.set(track, packaged);
    else {
      this.#refused.add(track);
      this.#options.log.warn(
        { codec: codecOf(track) },
        'the codec is not supported in HLS; the track is available over WebRTC only',
      );
    }
    const events: Listenable<{ closed: [] }> = track.events;
    events.on('closed', () => this.#remove(track));
    this.#updateState();
  }

  #remove(track: MediaTrack): void {
    this.#tracks.get(track)?.close();
    this.#tracks.delete(track);
    this.#refused.delete(track);
    this.#updateState();
  }

  #openRun({ videoLayers, audio }: RunSpec, picture: VideoConfig | null): RunWriter {
    this.#hasPicture = videoLayers > 0;
    this.#updateSound = () => undefined;
    this.samples.setKinds({ video: videoLayers > 0, audio: audio !== null });
    const { config, clock, log, files, keeper, ladder } = this.#options;
    for (const before of this.#runs) this.#closeLater(before);
    const run = new Run({ config, clock, log, files, ...(keeper && { keeper }) });
    this.#runs.unshift(run);
    run.events.on('ready', () => this.#updateState());
    const samples = new RunSamples(this.samples);
    const source = videoLayers === 1 && this.#sendsH264 ? picture : null;
    const video = new VideoRenditions({ run, layers: videoLayers, ladder, source, samples });
    this.#video = video;
    if (audio) run.rendition(audio.codec, { kind: 'audio' });
    // Only Opus needs a second rendition, because every player plays AAC.
    const aac = audio?.codec === 'opus' ? this.#addAac(run, samples) : null;
    return {
      rendition: (id) => {
        const entry = run.find(video.idOf(id));
        if (!entry) throw new Error(`the run has no rendition ${id}`);
        return untilTheRunEnds(entry.rendition);
      },
      audioListener: aac ?? (audio && listenTo(samples, audio)),
      ...(video.listener && { videoListener: video.listener }),
      // Transcoded renditions always lag slightly behind the others.
      end: () => void Promise.all([aac?.ended, video.ended]).then(() => this.#endSoon(run)),
    };
  }

  #endSoon(run: Run): void {
    setTimeout(() => run.end(), END_AFTER_MS).unref();
  }

  #addAac(run: Run, samples: RunSamples): AacRendition {
    const rendition = run.rendition('aac', { kind: 'audio', onDemand: true });
    const aac = new AacRendition({
      writer: untilTheRunEnds(rendition),
      listener: samples.listener({
        kind: 'audio',
        timescale: AUDIO_TIMESCALE,
        config: () => rendition.config,
      }),
      encoder: this.#options.aac,
      partTargetS: run.partTargetS,
      log: this.#options.log,
    });
    let isPlayed = false;
    const update = (): void => (isPlayed || this.samples.isWanted ? aac.want() : aac.unwant());
    run.events.on('wanted', () => {
      isPlayed = true;
      update();
    });
    run.events.on('unwanted', () => {
      isPlayed = false;
      update();
    });
    this.#updateSound = update;
    update();
    return aac;
  }

  #closeLater(run: Run): void {
    setTimeout(() => {
      const at = this.#runs.indexOf(run);
      if (at !== -1) this.#runs.splice(at, 1);
      run.close();
    }, LINGER_MS).unref();
  }

  /**
   * Offers the middle layer as a thumbnail. It is good enough, and cheaper to decode than the
   * highest.
   */
  #noteUnit(track: MediaTrack, layer: number, unit: AccessUnit): void {
    const layerCount = track.form === 'rtp' ? track.layerCount : 1;
    if (unit.keyFrame && layer === layerCount - 1 && track.kind === 'video')
      this.samples.noteKeyFrame(unit.arrivedMs);
    if (track.kind === 'video' && layer === Math.floor(layerCount / 2)) this.thumbnail.offer(unit);
  }

  #requestKeyFrame(): void {
    for (const track of this.#tracks.keys())
      if (track.kind === 'video' && track.form === 'rtp') track.requestKeyFrame();
  }

  #tick(): void {
    const nowMs = this.#options.clock.nowMs();
    for (const track of this.#tracks.values()) track.tick(nowMs);
    this.#segmenter.tick(nowMs);
    if (this.samples.takeKeyFrameDue(nowMs)) this.#requestKeyFrame();
    this.#updateState();
  }

  #updateState(): void {
    const refused = [...this.#refused].find(({ kind }) => kind === 'video');
    this.samples.setKinds({ refused: refused ? codecOf(refused) : null });
    const state = this.#stateNow();
    const reorders = this.#reordersNow();
    if ((state === this.#state && reorders === this.#reorders) || this.#closed) return;
    this.#state = state;
    this.#reorders = reorders;
    this.#emitter.emit('changed');
  }

  #stateNow(): PackageState {
    // Viewers who expect video must not be offered audio alone.
    if ([...this.#refused].some(({ kind }) => kind === 'video')) return 'unavailable';
    if (!this.#hasPicture && this.#awaitsPicture) return 'preparing';
    return this.#runs[0]?.isReady ? 'ready' : 'preparing';
  }

  /** Whether the publisher sends H.264, rather than video that this server transcodes to H.264. */
  get #sendsH264(): boolean {
    return [...this.#tracks.keys()].some(
      (track) => track.kind === 'video' && /h264$/i.test(codecOf(track)),
    );
  }

  /**
   * Whether frames are reordered. A new track is assumed to be like the previous one until it is
   * known.
   */
  #reordersNow(): boolean {
    for (const { reorders } of this.#tracks.values()) if (reorders) return true;
    const isInOrder = [...this.#tracks].some(
      ([{ kind }, { reorders }]) => kind === 'video' && reorders === false,
    );
    return this.#reorders && !isInOrder;
  }

  /** Whether video is being sent, even if it cannot be decoded yet. */
  get #awaitsPicture(): boolean {
    return [...this.#tracks.keys()].some(
      ({ kind, sends, paused }) => kind === 'video' && sends && !paused,
    );
  }
}

/** Returns a listener that passes audio on unchanged. */
const listenTo = (samples: RunSamples, audio: AudioConfig): SampleListener =>
  samples.listener({ kind: 'audio', timescale: timescaleOf(audio), config: () => audio });

const audioOf = (track: MediaTrack): AudioConfig | undefined =>
  (track.form === 'units' && track.audio) || undefined;

const codecOf = (track: MediaTrack): string =>
  track.form === 'rtp' ? track.codec.mimeType : track.codec;
