import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common/clock.js';
import { nameSkeleton } from '../../common/name-skeleton.js';
import { isReserved } from '../../common/reserved-names.js';
import { ChatRepository } from './chat.repository.js';

/** An account made under a guest's name is noticed this late. */
const KEEP_MS = 60_000;
/** At this many the oldest is asked for again. */
const KEEP_MAX = 5_000;

/** Which names guests may use: none that looks like an account's, so that nobody is mistaken for another. */
@Injectable()
export class GuestNames {
  /** By skeleton. */
  readonly #free = new Map<string, number>();

  constructor(
    private readonly repository: ChatRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async isFree(guestName: string): Promise<boolean> {
    if (isReserved(guestName)) return false;
    const skeleton = nameSkeleton(guestName);
    const nowMs = this.clock.nowMs();
    if (nowMs < (this.#free.get(skeleton) ?? 0)) return true;
    if (await this.repository.isNameOfAccount(skeleton)) return false;
    this.#free.delete(skeleton);
    this.#free.set(skeleton, nowMs + KEEP_MS);
    const [oldest] = this.#free.keys();
    if (this.#free.size > KEEP_MAX && oldest !== undefined) this.#free.delete(oldest);
    return true;
  }
}
