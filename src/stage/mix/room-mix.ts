import { randomUUID } from 'node:crypto';
import type { Peer } from '../../broadcast/peer.js';
import type { BroadcastMedia, MixedMedia } from '../../broadcast/ports/media.js';
import type { StageMixMedia } from '../../broadcast/ports/stage.js';
import type { Clock } from '../../common/clock.js';
import type { Log } from '../../common/logger.js';
import { programmeSize } from '../../programme/scene-layout.js';
import type { MixProgramme } from '../../protocol/stage.js';
import type { StageRoom } from '../room/stage-room.js';
import type { MixPicture } from './mix-picture.js';
import { mixedParticipants } from './mixed-scene.js';

/** A mixer that fails this many times within {@link RESTARTS_WITHIN_MS} isn't started again. */
const RESTARTS_MAX = 5;
const RESTARTS_WITHIN_MS = 120_000;
const RESTART_AFTER_MS = 300;
/** The time after which a stage without its host ends, even if guests are still on it. */
const HOST_AWAY_MAX_MS = 12 * 60 * 60_000;
const COUNTDOWN_STEP_MS = 1_000;

type Options = Readonly<{
  room: StageRoom;
  programme: MixProgramme;
  picture: MixPicture;
  /** Makes the mix the publisher of the broadcast. */
  publish: (peer: Peer, open: (room: BroadcastMedia) => Promise<MixedMedia>) => Promise<unknown>;
  /** Ends the broadcast, because nobody is left on the stage. */
  endBroadcast: () => void;
  graceMs: number;
  clock: Clock;
  log: Log;
}>;

/**
 * One stage's programme, for as long as the server mixes it. A mixer that ends unexpectedly is
 * started again. The mix ends when another publisher replaces it, the broadcast ends or the stage
 * closes.
 */
export class RoomMix {
  readonly #options: Options;
  readonly #peer: Peer;
  readonly #stops: (() => void)[] = [];
  readonly #failures: number[] = [];
  readonly #onEnd = Promise.withResolvers<void>();
  #programme: MixProgramme;
  #media: StageMixMedia | null = null;
  #ended = false;
  #restart: NodeJS.Timeout | undefined;
  /** The timer that runs while nobody is connected to the stage. */
  #abandoned: NodeJS.Timeout | undefined;
  /** The timer that runs while the host isn't connected. */
  #hostAway: NodeJS.Timeout | undefined;
  #countdown: NodeJS.Timeout | undefined;
  #isPainting = false;
  #isStale = false;

  constructor(options: Options) {
    this.#options = options;
    this.#programme = options.programme;
    const isOver = () => this.#ended;
    this.#peer = {
      id: randomUUID(),
      get connected() {
        return !isOver();
      },
      send: (name) => {
        if (name === 'publisher:closed') this.end();
      },
    };
    this.#stops.push(
      options.room.events.on('changed', () => this.#roomChanged()),
      options.room.events.on('closed', () => this.end()),
    );
  }

  /** Resolves when the mix has ended. */
  get ended(): Promise<void> {
    return this.#onEnd.promise;
  }

  /**
   * Starts mixing. If that isn't possible, the mix ends, and the promise rejects with a
   * DomainError.
   */
  async start(): Promise<void> {
    this.#options.room.setMix('starting');
    try {
      await this.#open();
    } catch (error) {
      this.end();
      throw error;
    }
    this.#roomChanged();
  }

  /** Changes what the mix shows and plays, except the format. */
  setProgramme(programme: MixProgramme): void {
    this.#programme = { ...programme, format: this.#programme.format };
    clearInterval(this.#countdown);
    if (programme.overlays.countdownToMs !== null)
      this.#countdown = setInterval(() => this.#paint(), COUNTDOWN_STEP_MS);
    this.#media?.setVolumes(programme.volumes);
    this.#paint();
  }

  /** Ends the mix. The broadcast waits for another publisher. Idempotent. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const stop of this.#stops) stop();
    clearTimeout(this.#restart);
    clearTimeout(this.#abandoned);
    clearTimeout(this.#hostAway);
    clearInterval(this.#countdown);
    this.#media?.close();
    this.#media = null;
    this.#options.room.setMix('off');
    this.#onEnd.resolve();
  }

  async #open(): Promise<void> {
    const { room, publish } = this.#options;
    await publish(this.#peer, async (programme) => {
      const stage = await room.media;
      const media = await stage.mix(programme, programmeSize(this.#programme.format));
      this.#follow(media);
      return media;
    });
  }

  #follow(media: StageMixMedia): void {
    this.#media = media;
    media.events.on('closed', () => this.#lost(media));
    media.mixEvents.on('resized', () => this.#paint());
    this.#options.picture.renew();
    this.#receive();
    this.setProgramme(this.#programme);
    this.#options.room.setMix('on');
  }

  #lost(media: StageMixMedia): void {
    if (this.#ended || this.#media !== media) return;
    this.#media = null;
    this.#options.room.setMix('starting');
    this.#failed();
  }

  /** Starts the mixer again, unless it has failed too often. */
  #failed(): void {
    const { clock, log } = this.#options;
    const nowMs = clock.nowMs();
    this.#failures.push(nowMs);
    const recent = this.#failures.filter((atMs) => nowMs - atMs < RESTARTS_WITHIN_MS).length;
    if (recent > RESTARTS_MAX) {
      log.error('a stage’s mixer keeps failing and will not be restarted');
      this.end();
      return;
    }
    this.#restart = setTimeout(() => {
      this.#open().catch((err: unknown) => {
        if (this.#ended) return;
        log.warn({ err }, 'a stage’s mixer could not be restarted');
        this.#failed();
      });
    }, RESTART_AFTER_MS * recent);
  }

  #roomChanged(): void {
    this.#receive();
    this.#paint();
    this.#watchPeople();
  }

  #receive(): void {
    const ids = mixedParticipants(this.#options.room.participants).map(({ id }) => id);
    this.#media?.receiveFrom(new Set(ids));
  }

  /** Ends the broadcast when everyone has left the stage. */
  #watchPeople(): void {
    const { room, graceMs } = this.#options;
    const isAnyoneHere = room.participants.some(
      ({ place, connection }) => place === 'on-stage' && connection !== null,
    );
    const abandon = () => this.#abandon();
    this.#abandoned = timerWhile(!isAnyoneHere, this.#abandoned, [abandon, graceMs]);
    const isHostAway = room.host.connection === null;
    this.#hostAway = timerWhile(isHostAway, this.#hostAway, [abandon, HOST_AWAY_MAX_MS]);
  }

  #abandon(): void {
    const { room, endBroadcast, log } = this.#options;
    log.info('everyone left a stage that the server mixes; ending its broadcast');
    endBroadcast();
    room.close();
  }

  /** Paints the current picture. If one is already being painted, the next one waits. */
  #paint(): void {
    this.#isStale = true;
    if (!this.#isPainting) void this.#paintAll();
  }

  async #paintAll(): Promise<void> {
    const { picture, room, clock, log } = this.#options;
    this.#isPainting = true;
    while (this.#isStale && this.#media && !this.#ended) {
      this.#isStale = false;
      try {
        const people = mixedParticipants(room.participants);
        await picture.show(this.#media, this.#programme, people, clock.nowMs());
      } catch (err) {
        log.warn({ err }, 'a scene could not be painted');
      }
    }
    this.#isPainting = false;
  }
}

/** Starts or stops a timer that should run while a condition holds; returns the timer. */
function timerWhile(
  isWanted: boolean,
  timer: NodeJS.Timeout | undefined,
  [run, afterMs]: readonly [() => void, number],
): NodeJS.Timeout | undefined {
  if (isWanted) return timer ?? setTimeout(run, afterMs);
  clearTimeout(timer);
  return undefined;
}
