import type { types } from 'mediasoup';
import type { BroadcastMedia } from '../../broadcast/ports/media.js';
import type { PictureSize, Reception, StageMedia } from '../../broadcast/ports/stage.js';
import { DomainError } from '../../common/domain-error.js';
import type { Clock } from '../../common/clock.js';
import type { Log } from '../../common/logger.js';
import { type EventsOf, TypedEmitter } from '../../common/typed-emitter.js';
import type { RtpCapabilities } from '../../protocol/rtc.js';
import { usefulCapabilities } from '../bandwidth-estimation.js';
import type { BroadcastOutput } from '../broadcast-output.js';
import { whileItLives } from '../media-refused.js';
import type { MixerCommand } from '../../mixer/find-mixer.js';
import { RouterTap } from '../router-tap.js';
import type { SfuWorker } from '../sfu-worker.js';
import type { WorkerPool } from '../worker-pool.js';
import { ParticipantConnection } from './participant-connection.js';
import { ProgrammePicture } from './programme-picture.js';
import { ServerMix } from './server-mix.js';
import { type RoutedTrack, StageReceiver } from './stage-receiver.js';
import { StageTransport } from './stage-transport.js';

/** The load of one participant, in units of one viewer's load; see {@link SfuWorker.load}. */
const PARTICIPANT_LOAD = 3;

type Options = Readonly<{
  pool: WorkerPool;
  clock: Clock;
  log: Log;
  maxIncomingBitrateBps: number;
  /** Returns the output of a broadcast; null if this SFU doesn't run the broadcast. */
  outputOf: (programme: BroadcastMedia | null) => BroadcastOutput | null;
  /** Reserves one of the server's mixers. @throws {DomainError} `stage_limit`, `unavailable` */
  reserveMixer: () => MixerReservation;
}>;

/** The right to run one mixer, until it is released. */
export type MixerReservation = Readonly<{ command: MixerCommand; release: () => void }>;

/** One stage's router, and the participants who are connected to it. */
export class StageRouter implements StageMedia {
  readonly #emitter = new TypedEmitter<EventsOf<StageMedia>>();
  readonly events = this.#emitter.listenable;
  readonly #options: Options;
  readonly #worker: SfuWorker;
  readonly #router: types.Router;
  readonly #participants = new Set<ParticipantConnection>();
  readonly #receivers = new WeakMap<ParticipantConnection, StageReceiver>();
  readonly #mixes = new Set<ServerMix>();
  #programme: BroadcastOutput | null = null;
  /** Exists while a participant receives the programme's video. */
  #picture: ProgrammePicture | null = null;

  private constructor(options: Options, worker: SfuWorker, router: types.Router) {
    this.#options = options;
    this.#worker = worker;
    this.#router = router;
    router.observer.once('close', () => this.#ended());
  }

  static async create(options: Options): Promise<StageRouter> {
    const worker = options.pool.cheapest();
    const router = await worker.createRouter();
    return new StageRouter(options, worker, router);
  }

  get closed(): boolean {
    return this.#router.closed;
  }

  async join(id: string, capabilities: RtpCapabilities): Promise<ParticipantConnection> {
    const worker = this.#worker;
    const [send, receive] = await this.#openTransports();
    const { maxIncomingBitrateBps } = this.#options;
    await whileItLives(this.#router, () => send.raw.setMaxIncomingBitrate(maxIncomingBitrateBps));
    const receiver = new StageReceiver({
      router: this.#router,
      transport: receive,
      // The schema of the request has validated the shape; mediasoup validates names and numbers.
      capabilities: usefulCapabilities(capabilities as types.RtpCapabilities),
    });
    const participant: ParticipantConnection = new ParticipantConnection({
      id,
      send,
      receive,
      receiver,
      onTracks: () => this.#offer(),
      onReception: () => this.#follow(participant),
      openTap: () => this.#openTap(),
    });
    this.#receivers.set(participant, receiver);
    this.#participants.add(participant);
    worker.load += PARTICIPANT_LOAD;
    participant.events.on('closed', () => {
      worker.load -= PARTICIPANT_LOAD;
      this.#participants.delete(participant);
      this.#openPicture();
    });
    if (send.closed || receive.closed) participant.close();
    return participant;
  }

  setProgramme(programme: BroadcastMedia | null): void {
    const output = this.#options.outputOf(programme);
    if (output === this.#programme) return;
    this.#programme = output;
    this.#picture?.close();
    this.#picture = null;
    this.#openPicture();
    this.#offer();
  }

  async mix(programme: BroadcastMedia, size: PictureSize): Promise<ServerMix> {
    const output = this.#options.outputOf(programme);
    if (!output) throw new DomainError('unavailable', 'The broadcast runs on another server.');
    const { command, release } = this.#options.reserveMixer();
    let mix: ServerMix;
    try {
      mix = await ServerMix.start({
        command,
        stage: this.#router,
        programme: output.origin.router,
        size,
        log: this.#options.log,
        onProducer: (producer) => void output.add(producer),
        onReception: () => this.#offer(),
      });
    } catch (cause) {
      release();
      throw new DomainError(
        'unavailable',
        'The server’s mixer did not start. Mix in your browser, and notify the server’s operator.',
        { cause },
      );
    }
    this.#mixes.add(mix);
    mix.events.on('closed', () => {
      this.#mixes.delete(mix);
      release();
    });
    if (mix.closed) release();
    return mix;
  }

  close(): void {
    this.#router.close();
  }

  #openTap(): Promise<RouterTap> {
    const { clock, log } = this.#options;
    // Browsers repeat the parameter sets with every key frame.
    return RouterTap.create(this.#router, { clock, log, onLackingSets: () => undefined });
  }

  async #openTransports(): Promise<[StageTransport, StageTransport]> {
    const [send, receive] = await Promise.allSettled(
      [1, 2].map(async () => this.#worker.createTransport(this.#router)),
    );
    const { announcedAddresses } = this.#worker;
    if (send?.status === 'fulfilled' && receive?.status === 'fulfilled')
      return [
        new StageTransport(send.value, announcedAddresses),
        new StageTransport(receive.value, announcedAddresses),
      ];
    for (const one of [send, receive]) if (one?.status === 'fulfilled') one.value.close();
    throw send?.status === 'rejected'
      ? send.reason
      : receive?.status === 'rejected' && receive.reason;
  }

  /** Makes all participants receive the tracks that they should. */
  #offer(): void {
    for (const participant of this.#participants)
      this.#follow(participant).catch((err: unknown) => {
        if (participant.closed) return;
        this.#options.log.warn({ err }, 'a participant could not receive a track of the stage');
        // The participant reconnects, and then receives all tracks.
        participant.close();
      });
    for (const mix of this.#mixes)
      mix.want(this.#tracksFor({ participants: mix.participants, programme: false }));
  }

  /** Makes a participant receive the current tracks of {@link ParticipantConnection.reception}. */
  async #follow(participant: ParticipantConnection): Promise<void> {
    if (participant.closed)
      throw new DomainError('transport_not_found', 'This connection is closed. Connect again.');
    this.#openPicture();
    await this.#receivers.get(participant)?.want(this.#tracksFor(participant.reception));
  }

  #tracksFor({ participants, programme }: Reception): RoutedTrack[] {
    const sent = [...this.#participants]
      .filter(({ id }) => participants.has(id))
      .flatMap(({ routed }) => routed);
    const pictures = programme ? (this.#picture?.producers ?? []) : [];
    return [
      ...sent,
      ...pictures.map((producer) => ({ participant: null, source: 'camera' as const, producer })),
    ];
  }

  /**
   * Opens or closes the pipe from the broadcast. The pipe exists only while a participant uses it.
   */
  #openPicture(): void {
    const isWanted = [...this.#participants].some(({ reception }) => reception.programme);
    if (this.#closedOrIdle(isWanted)) {
      this.#picture?.close();
      this.#picture = null;
    } else if (!this.#picture && this.#programme) {
      this.#picture = new ProgrammePicture({
        output: this.#programme,
        router: this.#router,
        onChange: () => this.#offer(),
        onError: (err) =>
          this.#options.log.warn({ err }, 'a stage could not receive its programme’s video'),
      });
    }
  }

  #closedOrIdle(isWanted: boolean): boolean {
    return !isWanted || this.closed || this.#programme === null || this.#programme.closed;
  }

  #ended(): void {
    this.#picture?.close();
    for (const participant of this.#participants) participant.close();
    this.#emitter.emit('closed');
    this.#emitter.clear();
  }
}
