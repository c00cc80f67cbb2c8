import type { types } from 'mediasoup';
import type {
  NetworkPath,
  ProgramAudio,
  ProgramMedia,
  ProgramTrack,
  PublisherHealth,
} from '../../broadcast/ports/media.js';
import type { UnitTrack } from '../../broadcast/ports/unit-track.js';
import type { AudioConfig } from '../../media/codecs/codec-config.js';
import type { Clock } from '../../common/clock.js';
import type { Log } from '../../common/logger.js';
import { type EventsOf, TypedEmitter } from '../../common/typed-emitter.js';
import type { BroadcastTranscoding } from '../../transcode/transcode.service.js';
import { ArrivalWatch } from '../arrival-watch.js';
import { AudioOutput } from './audio-output.js';
import { ProgramRtp } from './program-rtp.js';
import { ProgramUnitTrack, type UnitOutput } from './program-track.js';
import { VideoOutput, type VideoWay } from './video-output.js';

/** The interval at which the publisher is checked for silence. */
const CHECK_MS = 1_000;

type Options = Readonly<{
  router: types.Router;
  clock: Clock;
  log: Log;
  /** Called for each track that viewers can receive over WebRTC. */
  onProducer: (producer: types.Producer) => void;
  /** Called for each track of the publisher. */
  onUnitTrack: (track: UnitTrack) => void;
  /** Called once it is known how viewers receive the video, and whenever that changes. */
  onVideoWay: (way: VideoWay) => void;
  transcoding: BroadcastTranscoding;
}>;

/** A publisher whose media reaches the Node process as access units. */
export class ProgramConnection implements ProgramMedia {
  readonly #emitter = new TypedEmitter<EventsOf<ProgramMedia>>();
  readonly events = this.#emitter.listenable;
  readonly #options: Options;
  readonly #transport: types.DirectTransport;
  readonly #arrival: ArrivalWatch;
  readonly #timer: NodeJS.Timeout;
  #video: { track: ProgramUnitTrack; output: VideoOutput } | null = null;
  #audio: { track: ProgramUnitTrack; output: AudioOutput } | null = null;
  /** Whether WebRTC viewers receive the video. */
  #showsVideo = false;
  #bytes = 0;
  #encoder: string | null = null;
  #path: NetworkPath | null = null;

  private constructor(options: Options, transport: types.DirectTransport) {
    this.#options = options;
    this.#transport = transport;
    this.#arrival = new ArrivalWatch((isArriving) => this.#emitter.emit('arriving', isArriving));
    this.#timer = setInterval(
      () => this.#arrival.check([{ bytes: this.#bytes, paused: false }], performance.now()),
      CHECK_MS,
    );
    transport.observer.once('close', () => this.#closed());
  }

  static async create(options: Options): Promise<ProgramConnection> {
    return new ProgramConnection(options, await options.router.createDirectTransport());
  }

  get closed(): boolean {
    return this.#transport.closed;
  }

  get isArriving(): boolean {
    return this.#arrival.isArriving;
  }

  /** Whether the publisher sends audio that viewers can be offered, once it is transcoded. */
  get hasSound(): boolean {
    return this.#audio !== null && !this.#audio.output.isMissing;
  }

  setEncoder(encoder: string): void {
    this.#encoder = encoder;
  }

  setPath(path: NetworkPath): void {
    this.#path = path;
  }

  addVideo(): ProgramTrack {
    this.#video?.track.close();
    const output = new VideoOutput({
      open: () => this.#openRtp('h264'),
      onWay: (way) => {
        this.#showsVideo = way !== 'none';
        this.#audio?.output.setOffered(this.#showsVideo);
        this.#options.onVideoWay(way);
      },
      transcoding: this.#options.transcoding,
      nowMs: () => this.#options.clock.nowMs(),
      log: this.#options.log,
    });
    this.#showsVideo = false;
    // Viewers who can't see the video must not be offered the audio alone.
    this.#audio?.output.setOffered(false);
    const track = this.#makeTrack(null, output);
    this.#video = { track, output };
    return this.#announce(track);
  }

  addAudio({ config, transcode }: ProgramAudio): ProgramTrack {
    this.#audio?.track.release();
    // Viewers hear the new audio in the same track, because WHEP can't announce another one.
    const output = this.#audio?.output ?? this.#openAudioOutput();
    output.setTranscoder(transcode);
    const track = this.#makeTrack(config, output);
    this.#audio = { track, output };
    return this.#announce(track);
  }

  bitrateBps(): Promise<number> {
    const nowMs = this.#options.clock.nowMs();
    const tracks = this.#tracks;
    return Promise.resolve(tracks.reduce((sum, { meter }) => sum + meter.bitrateBps(nowMs), 0));
  }

  async health(): Promise<PublisherHealth> {
    return {
      bitrateBps: await this.bitrateBps(),
      ...(this.#encoder !== null && { encoder: this.#encoder }),
      ...(this.#audio?.output.isMissing === true && { lacksSound: true }),
      roundTripMs: this.#path?.roundTripMs ?? null,
      tracks: this.#tracks.map((track) => this.#healthOf(track)),
    };
  }

  close(): void {
    this.#transport.close();
  }

  get #tracks(): ProgramUnitTrack[] {
    return [this.#video, this.#audio].flatMap((one) => (one ? [one.track] : []));
  }

  #openAudioOutput(): AudioOutput {
    const isOffered = this.#video === null || this.#showsVideo;
    return new AudioOutput({
      open: () => this.#openRtp('opus'),
      nowMs: () => this.#options.clock.nowMs(),
      isOffered,
    });
  }

  #makeTrack(audio: AudioConfig | null, output: UnitOutput): ProgramUnitTrack {
    return new ProgramUnitTrack({ audio, output, onUnit: (bytes) => this.#arrived(bytes) });
  }

  #announce(track: ProgramUnitTrack): ProgramUnitTrack {
    if (this.closed) track.close();
    else this.#options.onUnitTrack(track);
    return track;
  }

  #arrived(bytes: number): void {
    this.#bytes += bytes;
    this.#arrival.packet(performance.now());
  }

  #openRtp(codec: 'h264' | 'opus'): ProgramRtp {
    const { log, onProducer } = this.#options;
    return new ProgramRtp({
      codec,
      transport: this.#transport,
      nowMs: () => this.#options.clock.nowMs(),
      onProducer,
      onError: (err) => {
        log.error({ err }, 'a track could not be offered over WebRTC');
        // The broadcast is useless to some of its viewers, so the publisher must reconnect.
        this.close();
      },
    });
  }

  #healthOf({ kind, codec, meter }: ProgramUnitTrack): PublisherHealth['tracks'][number] {
    const nowMs = this.#options.clock.nowMs();
    const reorders = this.#video?.output.reorders ?? null;
    const stream = {
      rid: null,
      bitrateBps: meter.bitrateBps(nowMs),
      lossPercent: this.#path?.lossPercent ?? 0,
      keyFrameIntervalMs: kind === 'video' ? meter.keyFrameIntervalMs : null,
      ...(kind === 'video' && { framesPerSecond: meter.unitsPerSecond(nowMs) }),
      ...(kind === 'video' && reorders !== null && { reorders }),
    };
    return { kind, codec: codec === 'h264' ? 'H264' : 'AAC', streams: [stream] };
  }

  #closed(): void {
    clearInterval(this.#timer);
    for (const track of this.#tracks) track.close();
    this.#arrival.lost();
    this.#emitter.emit('closed');
    this.#emitter.clear();
  }
}
