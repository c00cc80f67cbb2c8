import type { types } from 'mediasoup';
import type { PublisherHealth } from '../../broadcast/ports/media.js';
import type {
  MixedOverlay,
  MixedVideo,
  PictureSize,
  StageMixMedia,
} from '../../broadcast/ports/stage.js';
import type { Log } from '../../common/logger.js';
import { TypedEmitter } from '../../common/typed-emitter.js';
import type { MixerCommand } from '../../mixer/find-mixer.js';
import { MixerProcess } from '../../mixer/mixer-process.js';
import { inputId, MixInput } from './mix-input.js';
import { MixOutput } from './mix-output.js';
import type { RoutedTrack } from './stage-receiver.js';

const FPS = 30;
const VIDEO_BITRATE_BPS = 2_500_000;
/** More threads wouldn't encode a 720p frame noticeably faster. */
const ENCODER_THREADS = 2;

type Options = Readonly<{
  command: MixerCommand;
  /** The stage's router, from which tracks are mixed. */
  stage: types.Router;
  /** The broadcast's router. */
  programme: types.Router;
  size: PictureSize;
  log: Log;
  /** Called with each of the programme's tracks. */
  onProducer: (producer: types.Producer) => void;
  /** Called when the set of tracks to receive has changed. */
  onReception: () => void;
}>;

/** A mixer process that connects a stage's router to a broadcast's router. */
export class ServerMix implements StageMixMedia {
  readonly #mixEmitter = new TypedEmitter<{ resized: [] }>();
  readonly mixEvents = this.#mixEmitter.listenable;
  readonly #options: Options;
  readonly #process: MixerProcess;
  readonly #output: MixOutput;
  readonly #inputs = new Map<string, MixInput>();
  /** The ids of producers that are mixed, or are about to be. */
  readonly #known = new Set<string>();
  readonly #sizes = new Map<string, PictureSize>();
  #wanted = new Map<string, RoutedTrack>();
  #participants: ReadonlySet<string> = new Set();
  #volumes: Readonly<Record<string, number>> = {};

  private constructor(options: Options, process: MixerProcess, output: MixOutput) {
    this.#options = options;
    this.#process = process;
    this.#output = output;
    process.events.on('closed', () => this.close());
    output.events.on('closed', () => this.close());
    options.stage.observer.once('close', () => this.close());
    process.events.on('keyFrame', (id) => this.#inputs.get(id)?.requestKeyFrame());
    process.events.on('dropped', (id) => this.#dropped(id));
    process.events.on('size', (id, size) => {
      this.#sizes.set(id, size);
      this.#mixEmitter.emit('resized');
    });
  }

  static async start(options: Options): Promise<ServerMix> {
    const output = await MixOutput.create(options.programme);
    try {
      const process = await MixerProcess.start(
        options.command,
        {
          ...options.size,
          fps: FPS,
          threads: ENCODER_THREADS,
          video: { ...output.track('video'), bitrateBps: VIDEO_BITRATE_BPS },
          audio: output.track('audio'),
        },
        options.log,
      );
      const mix = new ServerMix(options, process, output);
      const { videoPort, audioPort } = await process.ports;
      await output.connect({ video: videoPort, audio: audioPort });
      return mix;
    } catch (error) {
      output.close();
      throw error;
    }
  }

  get events() {
    return this.#output.events;
  }

  get closed(): boolean {
    return this.#output.closed;
  }

  get isArriving(): boolean {
    return this.#output.isArriving;
  }

  /** The process id of the mixer. */
  get pid(): number | undefined {
    return this.#process.pid;
  }

  get participants(): ReadonlySet<string> {
    return this.#participants;
  }

  bitrateBps(): Promise<number> {
    return this.#output.bitrateBps();
  }

  health(): Promise<PublisherHealth> {
    return this.#output.health();
  }

  begin(): void {
    for (const producer of this.#output.producers) this.#options.onProducer(producer);
    this.#output.begin();
  }

  receiveFrom(participants: ReadonlySet<string>): void {
    this.#participants = participants;
    this.#options.onReception();
  }

  /** Mixes these tracks and no others. */
  want(tracks: readonly RoutedTrack[]): void {
    this.#wanted = new Map(tracks.map((track) => [track.producer.id, track]));
    for (const input of this.#inputs.values())
      if (!this.#wanted.has(input.track.producer.id)) this.#close(input);
    for (const track of tracks) if (!this.#known.has(track.producer.id)) this.#add(track);
    for (const input of this.#inputs.values()) input.fit(this.#onStage);
  }

  sizeOf(participant: string, source: 'camera' | 'screen'): PictureSize | null {
    return this.#sizes.get(inputId({ participant, source })) ?? null;
  }

  show(videos: readonly MixedVideo[]): void {
    this.#process.layOut(videos.map(({ rect, fit, ...of }) => ({ id: inputId(of), ...rect, fit })));
  }

  setBackground(png: Uint8Array): void {
    this.#process.setBackground(png);
  }

  setOverlays(overlays: readonly MixedOverlay[]): void {
    this.#process.setOverlays(
      overlays.map((one) => ({ ...one, pixels: Buffer.from(one.pixels).toString('base64') })),
    );
  }

  setVolumes(volumes: Readonly<Record<string, number>>): void {
    this.#volumes = volumes;
    this.#process.setVolumes(
      Object.fromEntries(
        Object.entries(volumes).map(([participant, volume]) => [
          inputId({ participant, source: 'microphone' }),
          volume,
        ]),
      ),
    );
  }

  close(): void {
    this.#process.close();
    this.#output.close();
    for (const input of this.#inputs.values()) input.close();
    this.#inputs.clear();
    this.#mixEmitter.clear();
  }

  /** The number of people who are mixed, except the first. */
  get #onStage(): number {
    return this.#participants.size - 1;
  }

  #add(track: RoutedTrack): void {
    const { producer } = track;
    this.#known.add(producer.id);
    producer.observer.once('close', () => this.#known.delete(producer.id));
    MixInput.open(this.#options.stage, this.#process, track)
      .then((input) => input && this.#adopt(input))
      .catch((err: unknown) => {
        this.#known.delete(producer.id);
        // The sender left, or the mix ended, in the meantime.
        if (!producer.closed && !this.closed)
          this.#options.log.warn({ err, source: track.source }, 'a track could not be mixed');
      });
  }

  #adopt(input: MixInput): void {
    const { id, track } = input;
    if (this.closed || input.closed || !this.#wanted.has(track.producer.id)) {
      input.close();
      this.#known.delete(track.producer.id);
      // Another track may have the same id by now.
      if (!this.#inputs.has(id)) this.#process.remove(id);
      return;
    }
    this.#inputs.get(id)?.close();
    this.#inputs.set(id, input);
    input.fit(this.#onStage);
    this.setVolumes(this.#volumes);
    // A new input is hidden until the layout is updated.
    this.#mixEmitter.emit('resized');
    track.producer.observer.once('close', () => this.#close(input));
  }

  #close(input: MixInput): void {
    input.close();
    this.#known.delete(input.track.producer.id);
    if (this.#inputs.get(input.id) !== input) return;
    this.#inputs.delete(input.id);
    this.#sizes.delete(input.id);
    this.#process.remove(input.id);
    if (!this.closed) this.#mixEmitter.emit('resized');
  }

  /** Reopens an input that failed, because decoders recover with a key frame. */
  #dropped(id: string): void {
    const input = this.#inputs.get(id);
    if (!input) return;
    this.#close(input);
    this.want([...this.#wanted.values()]);
  }
}
