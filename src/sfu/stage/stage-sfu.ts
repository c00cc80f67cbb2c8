import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { StageMediaPort } from '../../broadcast/ports/stage.js';
import { CLOCK, type Clock } from '../../common/clock.js';
import { DomainError } from '../../common/domain-error.js';
import { LOG, type Log } from '../../common/logger.js';
import { CONFIG, type Config } from '../../config/config.js';
import { findMixer, type MixerCommand } from '../../mixer/find-mixer.js';
import type { RtpCapabilities } from '../../protocol/rtc.js';
import { RoutedBroadcast } from '../routed-broadcast.js';
import { SfuService } from '../sfu.service.js';
import { type MixerReservation, StageRouter } from './stage-router.js';

/** The SFU as stages use it. */
@Injectable()
export class StageSfu implements StageMediaPort, OnModuleInit {
  readonly #log: Log;
  #mixer: MixerCommand | null = null;
  /** The number of mixers that are running or starting. */
  #mixers = 0;

  constructor(
    private readonly sfu: SfuService,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) log: Log,
  ) {
    this.#log = log.child({ part: 'stage' });
  }

  /**
   * Starts to look for GStreamer, which takes a second. The service's start doesn't wait for it.
   */
  onModuleInit(): void {
    const { max, pythonBin } = this.config.mixers;
    if (max === 0) return;
    void findMixer(pythonBin, this.#log).then((mixer) => (this.#mixer = mixer));
  }

  get canMix(): boolean {
    return this.#mixer !== null;
  }

  /** The number of mixers that are running or starting. */
  get mixers(): number {
    return this.#mixers;
  }

  get rtpCapabilities(): RtpCapabilities {
    return this.sfu.rtpCapabilities;
  }

  open(): Promise<StageRouter> {
    return StageRouter.create({
      pool: this.sfu.pool,
      clock: this.clock,
      log: this.#log,
      maxIncomingBitrateBps: this.config.rtc.maxIncomingBitrateBps,
      outputOf: (programme) => (programme instanceof RoutedBroadcast ? programme.output : null),
      reserveMixer: () => this.#reserveMixer(),
    });
  }

  #reserveMixer(): MixerReservation {
    const { max } = this.config.mixers;
    if (!this.#mixer)
      throw new DomainError('unavailable', 'This server can’t mix. Mix in your browser.');
    if (this.#mixers >= max)
      throw new DomainError(
        'stage_limit',
        `This server already mixes ${max === 1 ? 'another stage' : `${max} stages`}, which is its limit. Mix in your browser, or try again later.`,
      );
    this.#mixers += 1;
    let isHeld = true;
    const release = () => {
      if (isHeld) this.#mixers -= 1;
      isHeld = false;
    };
    return { command: this.#mixer, release };
  }
}
